package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// marksOf lists the places of a document as "path line:column".
func marksOf(m *mark, path string, list *[]string) {
	for _, f := range m.fields {
		p := Join(path, f.key)
		*list = append(*list, fmt.Sprintf("%s %d:%d", p, f.pos.Line, f.pos.Column))
		marksOf(f, p, list)
	}
	for i, e := range m.elems {
		p := Index(path, i)
		*list = append(*list, fmt.Sprintf("%s %d:%d", p, e.pos.Line, e.pos.Column))
		marksOf(e, p, list)
	}
}

func TestScanFindsEveryPlace(t *testing.T) {
	tests := []struct {
		name string
		src  string
		want []string
	}{
		{"an empty document has none", "", nil},
		{"a byte order mark is no column of a key", "\xef\xbb\xbfa = 1\n", []string{"a 1:4"}},
		{"a key stands where it begins", "# c\n\n  a = 1 # c\r\n\tb=2", []string{"a 3:3", "b 4:2"}},
		{"a dotted key opens tables", "a . b.\"c d\" = 1\na.e = 2\n", []string{"a 1:1", "a.b 1:5", `a.b."c d" 1:7`, "a.e 2:3"}},
		{"a header names its last key", "[a.b]\nc = 1\n[ a . 'x' ]\n", []string{"a 1:2", "a.b 1:4", "a.b.c 2:1", "a.x 3:7"}},
		{"a header after its child takes the place over", "[a.b]\n[a]\nc = 1\n", []string{"a 2:2", "a.b 1:4", "a.c 3:1"}},
		{"arrays of tables count", "[[a]]\nb = 1\n[[a.c]]\n[[a.c]]\nd = 2\n[[a]]\n[a.c]\n",
			[]string{"a 1:3", "a[0] 1:3", "a[0].b 2:1", "a[0].c 3:5", "a[0].c[0] 3:5", "a[0].c[1] 4:5", "a[0].c[1].d 5:1", "a[1] 6:3", "a[1].c 7:4"}},
		{"arrays over lines", "a = [ # c ]\n 1, [\"]\", ']',\n],\n  {b = 2}\n]\n", []string{"a 1:1", "a[0] 2:2", "a[1] 2:5", "a[1][0] 2:6", "a[1][1] 2:11", "a[2] 4:3", "a[2].b 4:4"}},
		{"inline tables", "a = { b.c = 1, d = { e = \"}\" }, }\nf = {}\n", []string{"a 1:1", "a.b 1:7", "a.b.c 1:9", "a.d 1:16", "a.d.e 1:22", "f 2:1"}},
		{"strings hide what is in them", "a = \"\"\"\nx = 1\n\\\"\"\"\"\"\"\nb = '''\n'' [y]\n'''''\nc = \"\\\"#\" # c\nd = '\\'\n", []string{"a 1:1", "b 4:1", "c 7:1", "d 8:1"}},
		{"escapes in keys", `"\u0061\t\x62\U00000063\"\\" = 1`, []string{`"a\tbc\"\\" 1:1`}},
		{"dates hold blanks", "a = 2026-01-02 03:04:05Z\nb = [2026-01-02 03:04:05, 1]\n", []string{"a 1:1", "b 2:1", "b[0] 2:6", "b[1] 2:27"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := scan(test.src)
			if s.err != nil {
				t.Fatal(s.err)
			}
			var got []string
			marksOf(s.root, "", &got)
			if !slices.Equal(got, test.want) {
				t.Errorf("scan = %q, want %q", got, test.want)
			}
			checkScan(t, test.src)
		})
	}
}

func TestScanStopsWhereADocumentIsNoTOML(t *testing.T) {
	tests := []struct{ src, want string }{
		{"a", "not valid TOML: expected key = value"},
		{"a.= 1", "not valid TOML: expected a key"},
		{"= 1", "not valid TOML: expected a key"},
		{"a =", "not valid TOML: expected a value"},
		{"a = \"x\" 1", "not valid TOML: expected the end of the line"},
		{"a = \"x", "not valid TOML: string is not closed"},
		{"a = \"x\\", "not valid TOML: string is not closed"},
		{"a = \"x\ny\"", "not valid TOML: string is not closed"},
		{"a = \"\"\"x", "not valid TOML: string is not closed"},
		{"a = '''x\\'''\"", "not valid TOML: expected the end of the line"},
		{"\"a = 1", "not valid TOML: string is not closed"},
		{"\"\\q\" = 1", "not valid TOML: bad escape in a key"},
		{"\"\\u12\" = 1", "not valid TOML: bad escape in a key"},
		{"\"\\ud800\" = 1", "not valid TOML: bad escape in a key"},
		{"[a", "not valid TOML: table header is not closed"},
		{"[[a]", "not valid TOML: table header is not closed"},
		{"[]", "not valid TOML: expected a key"},
		{"a = [1", "not valid TOML: expected a comma"},
		{"a = [1,", "not valid TOML: array is not closed"},
		{"a = [1\n2]", "not valid TOML: expected a comma"},
		{"a = {b = 1,", "not valid TOML: inline table is not closed"},
		{"a = {b = 1", "not valid TOML: expected a comma"},
		{"a = " + strings.Repeat("[", 100), "too large: more than 32 tables and arrays inside each other"},
		{"a = " + strings.Repeat("{a=", 100), "too large: more than 32 tables and arrays inside each other"},
		{"[" + strings.Repeat("a.", 100) + "a]", "too large: a key of more than 16 parts"},
		{strings.Repeat("k", 512) + " = 1", "too large: a key path of more than 512 bytes"},
		{"a = [" + strings.Repeat("1,", maxValues) + "]", "too large: more than 262144 values"},
	}
	for _, test := range tests {
		s := scan(test.src)
		if s.err == nil || s.err.Error() != test.want {
			t.Errorf("scan(%.40q) = %v, want %s", test.src, s.err, test.want)
		}
		if s.at < 0 || s.at > len(test.src) {
			t.Errorf("scan(%.40q) fails at %d of %d", test.src, s.at, len(test.src))
		}
		checkScan(t, test.src)
	}
}

// checkScan is the property of the scanner: whatever the library accepts, the
// scanner sees the same tables, arrays and keys, each at a place where that key
// is written; and what the scanner does not understand, the library refuses, no
// later than the scanner does.
func checkScan(t *testing.T, src string) {
	t.Helper()
	s := scan(src)
	if s.limit {
		return // the library is not asked
	}
	var meta toml.MetaData
	values, err := decodeTOML(src)
	if err == nil {
		meta, err = toml.Decode(src, new(map[string]any))
	}
	var pe toml.ParseError
	// The library counts a line feed that it did not expect as read.
	if stop := s.position(s.at + 1).Line; s.err != nil && errors.As(err, &pe) && pe.Position.Line > stop {
		t.Fatalf("the library reads %q up to line %d, the scanner only up to %d", src, pe.Position.Line, stop)
	}
	if err != nil {
		return
	}
	if s.err != nil {
		t.Fatalf("the library accepts %q, the scanner says %v at %d", src, s.err, s.at)
	}
	if got, want := shapeOfMark(s.root, values), shapeOfValue(values); !reflect.DeepEqual(got, want) {
		t.Fatalf("scan(%q) sees\n%v, the library\n%v", src, got, want)
	}
	want := map[string]bool{}
	for _, k := range meta.Keys() {
		for i := range k {
			want[k[:i+1].String()] = true
		}
	}
	got := map[string]bool{}
	keysOf(s.root, nil, got)
	if !maps.Equal(got, want) {
		t.Fatalf("scan(%q) has the keys\n%v, the library\n%v", src, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	lines := strings.SplitAfter(src, "\n")
	checkPlacesOf(t, s.root, lines)
}

// shapeOfValue and shapeOfMark keep tables and arrays, and "" for all else. A
// mark of an empty array or table looks like one of a number, so the value says
// what it is.
func shapeOfValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, x := range v {
			m[k] = shapeOfValue(x)
		}
		return m
	case []map[string]any:
		l := []any{}
		for _, x := range v {
			l = append(l, shapeOfValue(x))
		}
		return l
	case []any:
		l := []any{}
		for _, x := range v {
			l = append(l, shapeOfValue(x))
		}
		return l
	}
	return ""
}

func shapeOfMark(m *mark, v any) any {
	var below func(any, int) any
	switch v := v.(type) {
	case map[string]any:
		shape := map[string]any{}
		for _, f := range m.fields {
			shape[f.key] = shapeOfMark(f, v[f.key])
		}
		return shape
	case []map[string]any:
		below = func(_ any, i int) any { return v[i] }
		if len(m.elems) != len(v) {
			return len(m.elems)
		}
	case []any:
		below = func(_ any, i int) any { return v[i] }
		if len(m.elems) != len(v) {
			return len(m.elems)
		}
	default:
		if len(m.fields)+len(m.elems) > 0 {
			return "something inside"
		}
		return ""
	}
	shape := []any{}
	for i, e := range m.elems {
		shape = append(shape, shapeOfMark(e, below(nil, i)))
	}
	return shape
}

func keysOf(m *mark, path toml.Key, keys map[string]bool) {
	for _, f := range m.fields {
		k := append(slices.Clone(path), f.key)
		keys[k.String()] = true
		keysOf(f, k, keys)
	}
	for _, e := range m.elems {
		keysOf(e, path, keys)
	}
}

// checkPlacesOf reads each key again where its mark says that it stands.
func checkPlacesOf(t *testing.T, m *mark, lines []string) {
	t.Helper()
	for _, f := range m.fields {
		if f.pos.Line < 1 || f.pos.Line > len(lines) || f.pos.Column < 1 || f.pos.Column > len(lines[f.pos.Line-1]) {
			t.Fatalf("%q stands outside the document, at %v", f.key, f.pos)
		}
		again := &scanner{src: lines[f.pos.Line-1], i: f.pos.Column - 1, lines: []int{0}}
		if keys := again.keys(); again.err != nil || len(keys) == 0 || keys[0].name != f.key {
			t.Fatalf("at %v stands %v, not the key %q", f.pos, keys, f.key)
		}
		checkPlacesOf(t, f, lines)
	}
	for _, e := range m.elems {
		checkPlacesOf(t, e, lines)
	}
}

// TestScanAgreesWithTheLibrary generates documents out of pieces that are mostly
// valid, so that most documents are accepted.
func TestScanAgreesWithTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	const documents = 5000
	for range documents {
		src := randomDocument(r)
		if _, err := decodeTOML(src); err == nil {
			accepted++
		}
		checkScan(t, src)
	}
	if accepted < documents/3 {
		t.Errorf("the library accepts %d of %d documents; the generator tests too little", accepted, documents)
	}
}

func randomDocument(r *rand.Rand) string {
	var b strings.Builder
	n := 0
	key := func() string {
		n++
		k := []string{"a%d", "B-%d", "_%d", `"q %d"`, `'l.%d'`, `"\u0041%d"`, `"\\%d\""`, "%d"}[r.IntN(8)]
		return fmt.Sprintf(k, n)
	}
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	space := func() string { return pick("", "", " ", "\t") }
	breaks := func() string { return pick("", " ", "\n", "\r\n", " # ]}\"'\n", "\n\n  ") }
	var value func(depth int) string
	dotted := func() string {
		k := key()
		for r.IntN(4) == 0 {
			k += space() + "." + space() + key()
		}
		return k
	}
	value = func(depth int) string {
		kinds := 12
		if depth > 3 {
			kinds = 10
		}
		switch r.IntN(kinds) {
		case 10:
			var items []string
			for range r.IntN(4) {
				items = append(items, breaks()+value(depth+1)+breaks())
			}
			return "[" + strings.Join(items, ",") + breaks() + "]"
		case 11:
			var items []string
			for range r.IntN(4) {
				items = append(items, space()+dotted()+space()+"="+space()+value(depth+1)+space())
			}
			return "{" + strings.Join(items, ",") + "}"
		}
		return pick("1", "-0.5e3", "true", "inf", "0xff", "2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "07:08",
			`"a"`, `""`, `''`, `"]},#="`, `'\'`, `"\"\\"`, "\"\"\"\n[x]\ny = 1\\\n  \"\" \"\"\"", "'''\n''x'' '''", `""""""`, `"""a"""""`, `'''b'''''`)
	}
	var headers []string
	b.WriteString(pick("", "", "\xef\xbb\xbf"))
	for range r.IntN(8) {
		switch r.IntN(5) {
		case 0:
			h := dotted()
			headers = append(headers, h)
			b.WriteString("[" + space() + h + space() + "]")
		case 1:
			h := dotted()
			headers = append(headers, h)
			for range r.IntN(3) + 1 {
				b.WriteString("[[" + h + "]]\n")
				if r.IntN(2) == 0 {
					b.WriteString(key() + " = " + value(0) + "\n")
				}
			}
		case 2:
			if len(headers) > 0 {
				b.WriteString(pick("[", "[[") + pick(headers...) + "." + key() + pick("]", "]]"))
			}
		default:
			b.WriteString(space() + dotted() + space() + "=" + space() + value(0) + space())
		}
		b.WriteString(pick("", " # c") + pick("\n", "\r\n", "\n\n"))
	}
	return b.String()
}

// TestScanAgreesOnTheLibrarysOwnCorpus takes the documents of toml-test, which
// the library carries in its module.
func TestScanAgreesOnTheLibrarysOwnCorpus(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/BurntSushi/toml").Output()
	if err != nil {
		t.Skipf("the go command does not find the library: %v", err)
	}
	count := 0
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(out)), "internal", "toml-test", "tests"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".toml" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		count++
		checkScan(t, string(src))
		return nil
	})
	if err != nil || count < 100 {
		t.Errorf("%d documents, %v", count, err)
	}
}

// FuzzScan is the property above on mutated documents.
func FuzzScan(f *testing.F) {
	for _, file := range corpusFiles(f) {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		f.Add(randomDocument(r))
	}
	f.Fuzz(checkScan)
}

// corpusFiles are the documents of the other tests.
func corpusFiles(t testing.TB) []string {
	t.Helper()
	good, err := filepath.Glob("testdata/*.toml")
	if err != nil || len(good) == 0 {
		t.Fatalf("Glob = %v, %v", good, err)
	}
	bad, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(bad) == 0 {
		t.Fatalf("Glob = %v, %v", bad, err)
	}
	return append(good, bad...)
}
