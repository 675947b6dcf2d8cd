package json

import (
	stdjson "encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextsBecomeTrees(t *testing.T) {
	str := func(s string) Value { return Value{Kind: String, Text: s} }
	num := func(s string) Value { return Value{Kind: Number, Text: s} }
	tests := []struct {
		name, text string
		want       Value
	}{
		{"null", " null ", Value{}},
		{"numbers stay as they are written", "[0,-1.50,1E+400]", Value{Kind: Array, Items: []Value{num("0"), num("-1.50"), num("1E+400")}}},
		{"members keep their order", `{"b":true,"a":false}`, Value{Kind: Object, Members: []Member{
			{"b", Value{Kind: Bool, Text: "true"}}, {"a", Value{Kind: Bool, Text: "false"}}}}},
		{"escapes", `"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"`, str("a\"\\/\b\f\n\r\té😀é")},
		{"empty ones", `[[],{},""]`, Value{Kind: Array, Items: []Value{{Kind: Array}, {Kind: Object}, str("")}}},
		{"64 levels", strings.Repeat("[", 64) + strings.Repeat("]", 64), nest(64)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Parse([]byte(tt.text), Limits{}); err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Parse(%q) = %+v, %v, want %+v", tt.text, got, err, tt.want)
			}
		})
	}
}

func nest(depth int) Value {
	v := Value{Kind: Array}
	for range depth - 1 {
		v = Value{Kind: Array, Items: []Value{v}}
	}
	return v
}

func TestMistakesAreNamedWithTheirPlace(t *testing.T) {
	tests := []struct {
		name, text string
		limits     Limits
		want       Error
	}{
		{"nothing", "", Limits{}, Error{0, "want a value"}},
		{"two values", "1 2", Limits{}, Error{2, "more than one value"}},
		{"a leading zero", "01", Limits{}, Error{1, "more than one value"}},
		{"a fraction without digits", "[1.]", Limits{}, Error{3, "want a digit"}},
		{"a comma at the end", "[1,]", Limits{}, Error{3, "want a value"}},
		{"an array without an end", "[1", Limits{}, Error{2, "want a comma or the end"}},
		{"a name without quotes", "{a:1}", Limits{}, Error{1, "want a name in double quotes"}},
		{"no colon", `{"a" 1}`, Limits{}, Error{5, "want a colon"}},
		{"a name twice", `{"a":1,"\u0061":2}`, Limits{}, Error{7, "the name stands twice in its object"}},
		{"a name twice among many", `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"c":2}`, Limits{}, Error{55, "the name stands twice in its object"}},
		{"a string without an end", `"a`, Limits{}, Error{2, "a string without an end"}},
		{"a line break in a string", "\"a\n\"", Limits{}, Error{2, "a control character in a string"}},
		{"an escape that is none", `"\x"`, Limits{}, Error{2, "not an escape"}},
		{"digits that are none", `"\u00g0"`, Limits{}, Error{2, "want four hexadecimal digits"}},
		{"half a pair", `"\ud800x"`, Limits{}, Error{7, "half a surrogate pair"}},
		{"two first halves", `"\ud800\ud800"`, Limits{}, Error{13, "half a surrogate pair"}},
		{"bytes that are not UTF-8", "\"\xff\"", Limits{}, Error{3, "not UTF-8"}},
		{"65 levels", strings.Repeat("[", 65), Limits{}, Error{64, "nested too deeply"}},
		{"a level more than is allowed", `[{"a":[]}]`, Limits{Depth: 2}, Error{6, "nested too deeply"}},
		{"a value more than is allowed", `[1,2]`, Limits{Values: 2}, Error{3, "too many values"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), tt.limits)
			if got, ok := err.(*Error); !ok || *got != tt.want {
				t.Errorf("Parse(%q): %v, want %v", tt.text, err, &tt.want)
			}
		})
	}
}

// FuzzParse: what is read, encoding/json reads too and alike; what is written,
// both read alike.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,"\ud83d\ude00"],"b":null}`, `[true,false,{}]`, `"\u0000\ud800"`, `1e`, "\"\xff\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Parse(text, Limits{})
		if err != nil {
			return
		}
		if !stdjson.Valid(text) {
			t.Fatalf("Parse(%q) is no error, encoding/json has one", text)
		}
		again, err := Parse(Append(nil, v), Limits{})
		if err != nil || !reflect.DeepEqual(again, v) {
			t.Fatalf("Parse(%q) = %+v; written and read again %+v, %v", text, v, again, err)
		}
		if v.Kind == String {
			var want string
			if err := stdjson.Unmarshal(text, &want); err != nil || want != v.Text || !utf8.ValidString(v.Text) {
				t.Fatalf("Parse(%q) = %q, want %q", text, v.Text, want)
			}
		}
	})
}
