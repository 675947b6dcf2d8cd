package native_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// FuzzJSONMaskSeesWhatOthersSee holds the plugin json-mask to encoding/json: it
// refuses what is no JSON, and what it lets out is read as the values that came
// in, but for those that its paths name.
func FuzzJSONMaskSeesWhatOthersSee(f *testing.F) {
	for _, s := range []string{`{"p":1,"x":[{"p":{"p":2}}]}`, `{"a":[{"d":1},{"d":1,"e":2},{"e":2,"d":1}]}`, `{"\u0070":1}`,
		`{"a":{"d":1},"a":[[],{"d":[{}]}]}`, ` [1.50e+3,"\ud83d\ude00é",true,null] `, `{"p":1,}`, `{"p":01}`, "{\"\xc1\xb0\":1}", `"p"`, `[[[[`} {
		f.Add([]byte(s))
	}
	wasm, err := os.ReadFile("../../plugins/json-mask.wasm")
	if err != nil {
		f.Fatal(err)
	}
	const config = `{"max_body":"4MiB","max_depth":1024,"response":[{"fields":"**.p","mask":"null"},{"fields":"a[*].d","mask":"drop"}]}`
	p, err := native.New(context.Background(), newEngine(f), wasm, native.Options{Name: "json-mask", Config: []byte(config)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(p.Close)
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) == 0 || bytes.HasPrefix(body, []byte("\ufeff")) || bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) > 1000 {
			t.Skip("empty, with a byte order mark, or too deep: other rules")
		}
		h := tck.NewHost(tck.Setup{Status: 200, ResponseBody: body, ResponseHeader: hostabi.Header{{Name: "Content-Type", Value: "application/json"}}})
		if got, err := p.Call(context.Background(), hostabi.MapResponse, h); got != 0 || err != nil {
			t.Fatalf("%q: answered %d, %v", body, got, err)
		}
		if valid, passed := json.Valid(body) && utf8.Valid(body), h.Status() == 200; valid != passed {
			t.Fatalf("%q: JSON %v, let out %v", body, valid, passed)
		} else if !valid {
			return
		}
		out, _, written := h.Body(true)
		if !written {
			out = body
		}
		if got, want := valueOf(t, out), maskedValue(valueOf(t, body), true); !reflect.DeepEqual(got, want) {
			t.Errorf("%q became %q: %v, want %v", body, out, got, want)
		}
	})
}

func valueOf(t *testing.T, body []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return v
}

// maskedValue does to a value what the configuration above says.
func maskedValue(v any, top bool) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = maskedValue(v[i], false)
		}
	case map[string]any:
		for k := range v {
			v[k] = maskedValue(v[k], false)
		}
		if _, ok := v["p"]; ok {
			v["p"] = nil
		}
		if list, ok := v["a"].([]any); ok && top {
			for _, e := range list {
				if m, ok := e.(map[string]any); ok {
					delete(m, "d")
				}
			}
		}
	}
	return v
}
