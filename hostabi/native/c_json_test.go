package native_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// nativeC builds a test of the C SDK for this machine, with the sanitizers that
// see reads and writes beyond a buffer.
func nativeC(t *testing.T, source string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("C guests are built in the long form")
	}
	cc := need(t, "cc", "gcc libc6-dev")
	for _, name := range []string{"portico.h", "json.h", "config.h", source} { // so that go test knows of them
		if _, err := os.Stat(filepath.Join(sdkC, name)); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "native")
	args := append(strings.Fields(warnings), "-std=c11", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
		"-I", sdkC, "-o", out, filepath.Join(sdkC, source))
	if b, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return out
}

// depth is PORTICO_JSON_DEPTH of json.h.
const depth = 64

// texts are seeds: what JSON is, and what it is not.
var texts = []string{
	``, ` `, `null`, `true`, `false`, `nul`, `truex`, `0`, `-0`, `01`, `-`, `+1`, `1.`, `.5`, `1.5e-3`, `1e`, `1E+10`, `1e400`,
	`""`, `"a`, `"\`, `"\x"`, `"\u12"`, `"\u00g0"`, `"\"\\\/\b\f\n\r\t\u0000"`, `"ü🍵"`, "\"\xff\xc0\x80\xed\xa0\x80\"", "\"\x01\"", "\"\x7f\"",
	`"\ud83c\udf75"`, `"\ud83c"`, `"\udf75\ud83c"`, `"\ud83c\u0041"`, `"\ud83c\ud83c\udf75"`, `"<&>"`,
	`[]`, `[ ]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[[],{}]`, `[1`, `]`, `[}`,
	`{}`, `{"a":1}`, `{"a":1,}`, `{"a"}`, `{a:1}`, `{"a" 1}`, `{"a":}`, `{"a":1]`, `{1:2}`, `{"":""}`, "\r\n\t { \"a\" : [ 1 , { \"b\" : null } ] }\n",
	`{"a":1,"a":[2]}`, "\ufeff1", `1 2`, "1\x00", `{"id":"evt_1","n":[1.25,true,{"deep":["x"]}]}`,
	strings.Repeat("[", depth) + strings.Repeat("]", depth), strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth),
	strings.Repeat(`[{"a":`, depth/2) + "1" + strings.Repeat("}]", depth/2),
}

// mutated changes a text at a few places.
func mutated(r *rand.Rand, text []byte) []byte {
	const alphabet = "{}[]\",:\\ \n0123456789-+.eEtfnulrsabx\x00\x1f\x7f\xc3\xbc\xed\xff"
	for range 1 + r.IntN(3) {
		i := r.IntN(len(text) + 1)
		switch c := alphabet[r.IntN(len(alphabet))]; {
		case i == len(text) || r.IntN(3) == 0:
			text = append(text[:i:i], append([]byte{c}, text[i:]...)...)
		case r.IntN(2) == 0:
			text = append(text[:i:i], text[i+1:]...)
		default:
			text[i] = c
		}
	}
	return text
}

// nesting is how deep arrays and objects of valid JSON nest.
func nesting(text []byte) int {
	now, most, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			now++
			most = max(most, now)
		case !quoted && (c == '}' || c == ']'):
			now--
		}
	}
	return most
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}

// json.h takes what encoding/json takes, to a depth of 64, and what it makes of
// it is the same.
func TestTheJSONReaderOfTheCHeadersAgreesWithGo(t *testing.T) {
	program := nativeC(t, "test/json.c")
	r := rand.New(rand.NewPCG(1, 2))
	var list [][]byte
	for _, text := range texts {
		list = append(list, []byte(text), []byte("["+text+"]"))
		for range 200 {
			list = append(list, mutated(r, []byte(text)))
		}
	}
	var in bytes.Buffer
	for _, text := range list {
		in.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
		in.Write(text)
	}
	c := exec.Command(program)
	c.Stdin = &in
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(list) {
		t.Fatalf("%d texts gave %d lines", len(list), len(lines))
	}
	valid := 0
	for i, text := range list {
		want := json.Valid(text) && nesting(text) <= depth
		if got := lines[i] != "refused"; got != want {
			t.Errorf("%q: taken %t, want %t", text, got, want)
			continue
		}
		if !want {
			continue
		}
		valid++
		if !json.Valid([]byte(lines[i])) || !reflect.DeepEqual(decoded(t, []byte(lines[i])), decoded(t, text)) {
			t.Errorf("%q became %s", text, lines[i])
		}
	}
	if refused := len(list) - valid; valid < 1000 || refused < 1000 {
		t.Errorf("%d texts were valid, %d were not; this test sees too few", valid, refused)
	}
}

func TestTheConfigurationReaderOfTheCHeaders(t *testing.T) {
	if out, err := exec.Command(nativeC(t, "test/config.c")).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
