package runtime_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// compare returns every difference between an answer and what was recorded.
func (c *recordedCase) compare(a wireAnswer) (differences []string) {
	add := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	if want := c.Expect.Status; want != nil && a.status != *want {
		add("status: got %d, want %d", a.status, *want)
		return differences // the rest differs, of course
	}
	for _, assert := range c.Expect.Asserts {
		got, err := evaluate(assert.Subject, &a)
		switch {
		case err != nil:
			add("%s: %v", assert.Subject, err)
		case assert.Rel == "truthy" && (got == nil || reflect.ValueOf(got).IsZero()):
			add("%s: got %v", assert.Subject, got)
		case assert.Rel == "==" && !reflect.DeepEqual(got, assert.Value):
			add("%s: got %v, want %v", assert.Subject, got, assert.Value)
		case assert.Rel != "truthy" && assert.Rel != "==":
			add("%s: %q is not understood", assert.Subject, assert.Rel)
		}
	}
	for _, s := range c.Expect.Snapshots {
		got, err := shaped(s.Shape, &a)
		if err != nil {
			add("%s: %v", s.Name, err)
			continue
		}
		differences = append(differences, same(s.Name, got, s.Expected)...)
	}
	return differences
}

// shaped fills the form of a snapshot from an answer.
func shaped(shape any, a *wireAnswer) (any, error) {
	m, ok := shape.(map[string]any)
	if !ok {
		return shape, nil
	}
	if ref, ok := m["$ref"].(string); ok {
		return evaluate(ref, a)
	}
	filled := map[string]any{}
	for key, v := range m {
		if strings.HasPrefix(key, "<<") { // every field of the answer
			return a.fields, nil
		}
		var err error
		if filled[key], err = shaped(v, a); err != nil {
			return nil, err
		}
	}
	return filled, nil
}

var step = regexp.MustCompile(`^(\.status_code|\.ok|\.json\(\)|\.headers|\["[^"]+"\])`)

// evaluate reads what an expression such as http0.json()["message"] names.
func evaluate(expression string, a *wireAnswer) (any, error) {
	rest := regexp.MustCompile(`^http\d+`).ReplaceAllString(expression, "")
	var v any
	for rest != "" {
		s := step.FindString(rest)
		rest = rest[len(s):]
		switch {
		case s == "":
			return nil, fmt.Errorf("%q is not understood", expression)
		case s == ".status_code":
			v = float64(a.status)
		case s == ".ok":
			v = a.status < 400
		case s == ".json()":
			v = a.json()
		case s == ".headers":
			v = a
		default:
			key := s[2 : len(s)-2]
			var ok bool
			switch in := v.(type) {
			case *wireAnswer:
				v, ok = in.field(key)
			case map[string]any:
				v, ok = in[key]
			}
			if !ok {
				return nil, fmt.Errorf("has no %q", key)
			}
		}
	}
	return v, nil
}

var (
	placeholder = regexp.MustCompile(`<[^<>]*>`)
	// elsewhere are fields that other services add in front of API Gateway, and
	// those that hold for one connection.
	elsewhere = regexp.MustCompile(`(?i)^(via$|x-amz-cf|x-cache|cloudfront|connection$|accept-encoding$)`)
)

// same lists where got is not what was recorded. A placeholder stands for
// anything but null. Fields of messages may be more than recorded.
func same(path string, got, want any) (differences []string) {
	differ := func() []string {
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		w = []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(w)))
		return []string{fmt.Sprintf("%s: got %s, want %s", path, g, w)}
	}
	switch want := want.(type) {
	case string:
		if placeholder.FindString(want) == want && want != "" {
			if got == nil {
				return differ()
			}
			return nil
		}
	case map[string]any:
		if text, ok := got.(string); ok { // the recording shows JSON within JSON opened
			var v any
			if json.Unmarshal([]byte(text), &v) == nil {
				got = v
			}
		}
		m, ok := got.(map[string]any)
		if !ok {
			return differ()
		}
		for _, key := range sortedKeys(want) {
			if elsewhere.MatchString(key) {
				continue
			}
			v, ok := m[key]
			if !ok {
				differences = append(differences, path+"."+key+": missing")
				continue
			}
			differences = append(differences, same(path+"."+key, v, want[key])...)
		}
		for _, key := range sortedKeys(m) {
			if _, ok := want[key]; !ok && !strings.HasSuffix(strings.ToLower(path), "headers") && !slices.Contains(differences, path+"."+key+": missing") {
				differences = append(differences, path+"."+key+": unexpected")
			}
		}
		return differences
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return differ()
		}
		for i := range want {
			differences = append(differences, same(fmt.Sprintf("%s[%d]", path, i), list[i], want[i])...)
		}
		return differences
	}
	if !reflect.DeepEqual(got, want) {
		return differ()
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
