package jwt

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"testing"
	"unicode/utf8"
)

func TestMembersAreReadAsTheyAreWritten(t *testing.T) {
	src := " { \"a\" : 1.50 ,\"\\u0062\\n\":\"\\ud83d\\ude00\",\n\"c\":{\"a\":[true,false,null,{}]},\"\":[] } "
	list, ok := members(nil, []byte(src))
	want := []member{{"a", []byte("1.50")}, {"b\n", []byte(`"\ud83d\ude00"`)}, {"c", []byte(`{"a":[true,false,null,{}]}`)}, {"", []byte("[]")}}
	if !ok || !reflect.DeepEqual(list, want) {
		t.Errorf("members = %q, %v", list, ok)
	}
	if s, ok := text(list[1].value); s != "😀" || !ok {
		t.Errorf("text = %q, %v", s, ok)
	}
	if _, ok := text(list[0].value); ok {
		t.Error("a number is text")
	}
	values, ok := elements(nil, []byte(`[1, "a" ,[2]]`))
	if want := [][]byte{[]byte("1"), []byte(`"a"`), []byte("[2]")}; !ok || !reflect.DeepEqual(values, want) {
		t.Errorf("elements = %q, %v", values, ok)
	}
	if _, ok := elements(nil, []byte(`{}`)); ok {
		t.Error("an object has elements")
	}
}

// FuzzMembers: what is read is what encoding/json takes for one object, in UTF-8,
// with unique names and not too deep; and with the names and values that it finds.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1,"b":"\u00e9","c":[{}]}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":01}`, `{"a":1.}`, `{"a":-0.5e+7}`,
		`{"a":"\x"}`, "{\"a\":\"\xff\"}", "{\"a\":\"\t\"}", `{"a":tru}`, `{"a":}`, `{"a"}`, `{,}`, `{"a":1,}`, `[]`, `{"a":[1,]}`, ` {"a" : null } `, `{}x`,
		`{"a":"\ud800"}`, `{"a":"\ud800","b":"\udc00"}`, `{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}`, `{"\ud800":1,"\ud801":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		list, ok := members(nil, b)
		if !bytes.Equal(before, b) {
			t.Fatal("it wrote into what it reads")
		}
		names, values, err := reference(b)
		if ok != (err == nil) {
			t.Fatalf("members(%q) = %v, and encoding/json says %v", b, ok, err)
		}
		if !ok {
			return
		}
		if len(list) != len(names) {
			t.Fatalf("members(%q) = %q, want %q", b, list, names)
		}
		for i, m := range list {
			if m.name != names[i] || !json.Valid(m.value) || !bytes.Equal(m.value, values[i]) {
				t.Errorf("member %d of %q = %q, want %q: %q", i, b, m, names[i], values[i])
			}
		}
	})
}

// reference reads an object with encoding/json.
func reference(b []byte) (names []string, values [][]byte, err error) {
	if !utf8.Valid(b) || !json.Valid(b) {
		return nil, nil, errors.New("it is no JSON in UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, nil, errors.New("it is no object")
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		if seen[name.(string)] {
			return nil, nil, errors.New("a name comes twice")
		}
		seen[name.(string)] = true
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, nil, err
		}
		names, values = append(names, name.(string)), append(values, v)
	}
	depth := json.NewDecoder(bytes.NewReader(b))
	for n := 0; ; {
		token, err := depth.Token()
		if errors.Is(err, io.EOF) {
			return names, values, nil
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			n++
		case json.Delim('}'), json.Delim(']'):
			n--
		}
		if n > maxDepth+1 { // the object itself is one
			return nil, nil, errors.New("it is nested too deeply")
		}
	}
}
