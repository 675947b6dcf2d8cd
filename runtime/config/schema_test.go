package config

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReferenceIsGeneratedFromTheSchema(t *testing.T) {
	var b bytes.Buffer
	if err := Reference(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/reference.md", b.String())
}

// schemaFields lists the rows of both files' schemas by Go field.
func schemaFields() map[string]row {
	fields := make(map[string]row)
	for _, root := range []*section{configTable.section(styleTable), pluginTable.section(styleTable), casesTable.section(styleTable)} {
		root.walk("", "", func(_ string, s *section) {
			for _, r := range s.rows() {
				fields[r.field] = r
			}
		})
	}
	return fields
}

// TestEveryFieldOfTheModelHasAKey finds fields that no file can set, fields
// without a comment, and sources that the reference does not read.
func TestEveryFieldOfTheModelHasAKey(t *testing.T) {
	meanings, err := fieldComments(modelSources)
	if err != nil {
		t.Fatal(err)
	}
	fields := schemaFields()
	for f := range fields {
		if meanings[f] == "" {
			t.Errorf("%s has no comment in the sources that Reference reads", f)
		}
	}
	for _, v := range []any{Config{}, Server{}, Log{}, AccessLog{}, Plugins{}, Upstream{}, API{}, GatewayResponse{}, Authorizer{},
		Route{}, Integration{}, IntegrationResponse{}, Stage{}, Plugin{}, Breaker{},
		Store{}, PluginCache{}, PluginKV{}, PluginBucket{}, PluginMetric{},
		Cases{}, Case{}, Step{}, CaseRequest{}, Answer{}, HTTPAnswer{}, Expect{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Anonymous || f.Name == "Key" {
				continue
			}
			name := typ.Name() + "." + f.Name
			// Names and types of named tables are the key of the table itself.
			if _, ok := fields[name]; !ok && !slices.Contains([]string{"API.Name", "Authorizer.Name", "Stage.Name", "GatewayResponse.Type", "PluginBucket.Name", "PluginMetric.Name"}, name) {
				t.Errorf("no key of the schema sets %s", name)
			}
		}
	}
}

func TestKeysAreInSnakeCase(t *testing.T) {
	for field, r := range schemaFields() {
		_, name, _ := strings.Cut(field, ".")
		if got := strings.ReplaceAll(r.name, "_", ""); got != strings.ToLower(name) {
			t.Errorf("key %q sets %s: the names differ", r.name, field)
		}
	}
}

func TestEveryRefusedKeyHasAWayOut(t *testing.T) {
	for _, root := range []*section{configTable.section(styleTable), pluginTable.section(styleTable)} {
		root.walk("", "", func(title string, s *section) {
			for key, out := range s.later() {
				if out == "" || strings.HasSuffix(out, ".") {
					t.Errorf("%s %s: the way out is %q", title, key, out)
				}
			}
		})
	}
}

func TestTheSchemaPanicsWhenItPointsOutside(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("fieldName took a pointer to another struct")
		}
	}()
	var other int
	fieldName(func(*Log) *int { return &other })
}
