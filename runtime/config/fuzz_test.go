package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// FuzzParse: whatever the bytes, Parse returns; an error is an *Errors in file
// order whose lines lie in the file; a configuration is the same when its file
// is parsed again, and every place that it names is in the file.
func FuzzParse(f *testing.F) {
	addCorpus(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Parse("gateway.toml", src)
		if err != nil {
			checkErrors(t, src, err)
			return
		}
		again, err := Parse("gateway.toml", src)
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Fatalf("parsed again: %+v, %v, want %+v", again, err, c)
		}
		for _, key := range keysOfModel(c) {
			if !c.Has(key) {
				t.Fatalf("the file has no %q", key)
			}
		}
	})
}

// FuzzParsePlugin: as FuzzParse, and what the plugin is told is JSON that is the
// same each time.
func FuzzParsePlugin(f *testing.F) {
	addCorpus(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := ParsePlugin("plugin.toml", src)
		if err != nil {
			checkErrors(t, src, err)
			return
		}
		again, err := ParsePlugin("plugin.toml", src)
		if err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("parsed again: %+v, %v, want %+v", again, err, p)
		}
		a, errA := p.ConfigJSON()
		b, errB := again.ConfigJSON()
		if errA != nil || errB != nil || !bytes.Equal(a, b) || !json.Valid(a) || a[0] != '{' {
			t.Fatalf("ConfigJSON = %s, %v, then %s, %v, want one JSON object twice", a, errA, b, errB)
		}
	})
}

func addCorpus(f *testing.F) {
	for _, file := range corpusFiles(f) {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
}

func checkErrors(t *testing.T, src []byte, err error) {
	t.Helper()
	var list *Errors
	if !errors.As(err, &list) || len(list.List()) == 0 {
		t.Fatalf("error %v is a %T, want an *Errors with something in it", err, err)
	}
	last, lines := 0, bytes.Count(src, []byte("\n"))+1
	for _, e := range list.List() {
		if e.Line < last || e.Line > lines || e.File == "" || e.Err == nil {
			t.Fatalf("%+v behind line %d of %d lines", e, last, lines)
		}
		last = e.Line
		if text := e.Error(); strings.Contains(text, "\n") {
			t.Fatalf("%q has more than one line", text)
		}
	}
}

func keysOfModel(c *Config) []string {
	var keys []string
	for _, a := range c.APIs {
		keys = append(keys, a.Key)
		for _, g := range a.GatewayResponses {
			keys = append(keys, g.Key)
		}
		for _, x := range a.Authorizers {
			keys = append(keys, x.Key)
		}
		for _, s := range a.Stages {
			keys = append(keys, s.Key)
		}
		for _, r := range a.Routes {
			keys = append(keys, r.Key, r.Integration.Key)
			for _, n := range r.Integration.Responses {
				keys = append(keys, n.Key)
			}
		}
	}
	for _, r := range c.PluginRefs() {
		keys = append(keys, r.Key)
	}
	return keys
}
