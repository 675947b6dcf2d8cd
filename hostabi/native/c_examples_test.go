package native_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// loadC makes a plugin of an example of the C SDK.
func loadC(t *testing.T, f form, source string, c hostabi.Capabilities) *native.Plugin {
	t.Helper()
	p, err := native.New(context.Background(), newEngine(t), f.build(t, source), native.Options{Name: "example", Capabilities: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// signing is one secret, for use alone.
type signing struct{ hostabi.Secrets }

func (signing) HMAC(name string, h hostabi.Hash, data []byte) ([]byte, error) {
	if name != "signing" || h != hostabi.HashSHA256 {
		return nil, hostabi.ENOENT
	}
	m := hmac.New(sha256.New, []byte("geheim"))
	m.Write(data)
	return m.Sum(nil), nil
}

func (signing) Redact(text []byte) []byte { return text }

func signed(user string) string {
	m, _ := signing{}.HMAC("signing", hostabi.HashSHA256, []byte(user))
	return "Bearer " + user + "." + hex.EncodeToString(m)
}

func TestAnAuthorizerInC(t *testing.T) {
	p := loadC(t, freestanding, "examples/authorizer.c", hostabi.Capabilities{Secrets: signing{}})
	good := signed("alice@example.com") // the dot that counts is the last
	for _, tt := range []struct {
		name, token string
		want        int32
		principal   string
	}{
		{"a signed token is allowed", good, hostabi.AnswerAllow, "alice@example.com"},
		{"no header is unauthorized", "", hostabi.AnswerUnauthorized, ""},
		{"so is another scheme", "Basic abc", hostabi.AnswerUnauthorized, ""},
		{"and one that is shorter than the scheme", "Bear", hostabi.AnswerUnauthorized, ""},
		{"another user's signature is denied", strings.Replace(good, "alice", "bobby", 1), hostabi.AnswerDeny, ""},
		{"one digit too few", good[:len(good)-1], hostabi.AnswerDeny, ""},
		{"one digit too many", good + "0", hostabi.AnswerDeny, ""},
		{"a token without a dot", "Bearer alice", hostabi.AnswerDeny, ""},
		{"one without a user", signed(""), hostabi.AnswerDeny, ""},
		{"one without anything", "Bearer ", hostabi.AnswerDeny, ""},
		{"one that is longer than the buffer", "Bearer " + strings.Repeat("x", 512), hostabi.AnswerDeny, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := bearer(tt.token)
			got, err := p.Call(context.Background(), hostabi.Authorize, h)
			principal, entries := h.Decision()
			if err != nil || got != tt.want || principal != tt.principal {
				t.Errorf("%q gave %d, %v as %q, want %d as %q", tt.token, got, err, principal, tt.want, tt.principal)
			}
			var want []tck.Value
			if tt.principal != "" {
				want = []tck.Value{{Key: "user", Value: tt.principal}}
			}
			if !slices.Equal(entries, want) {
				t.Errorf("the context is %v, want %v", entries, want)
			}
		})
	}
}

func TestMappersInC(t *testing.T) {
	p := loadC(t, freestanding, "examples/mapper.c", hostabi.Capabilities{})
	backend := hostabi.Header{{Name: "X-Internal-Host", Value: "db1"}, {Name: "Content-Type", Value: "text/plain"},
		{Name: "x-internal-host", Value: "db2"}, {Name: "X-Internals", Value: "stay"}}
	h := tck.NewHost(tck.Setup{ResponseHeader: backend})
	for _, k := range []hostabi.Kind{hostabi.MapRequest, hostabi.MapResponse} {
		if got, err := p.Call(context.Background(), k, h); got != hostabi.AnswerContinue || err != nil {
			t.Fatalf("%s gave %d, %v", k, got, err)
		}
		h.NextCall()
	}
	got := h.Header(true)
	if len(got) != 3 || !slices.Equal(got[:2], hostabi.Header{backend[1], backend[3]}) ||
		!strings.HasPrefix(got[2].Value, "backend;dur=") {
		t.Errorf("the response has %v", got)
	}

	h = tck.NewHost(tck.Setup{ResponseHeader: backend[1:2]})
	if answer, err := p.Call(context.Background(), hostabi.MapResponse, h); answer != 0 || err != nil || len(h.Header(true)) != 1 {
		t.Errorf("a response without a request gave %d, %v, %v", answer, err, h.Header(true))
	}
}

func TestAnIntegrationInC(t *testing.T) {
	p := loadC(t, freestanding, "examples/integration.c", hostabi.Capabilities{KV: tck.NewCapabilities().KV})
	for _, tt := range []struct {
		does, name string
		status     int
		body       string
	}{
		{"a first count", "tea", 0, `{"name":"tea","count":1}` + "\n"},
		{"a second one", "tea", 0, `{"name":"tea","count":2}` + "\n"},
		{"a name with what JSON escapes", "\"\\\n", 0, `{"name":"\"\\\u000a","count":1}` + "\n"},
		{"a name that is too long", strings.Repeat("x", 257), 414, "the name is too long\n"},
	} {
		t.Run(tt.does, func(t *testing.T) {
			h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourcePath: {{Name: "name", Value: tt.name}}}})
			got, err := p.Call(context.Background(), hostabi.Integrate, h)
			body, _, _ := h.Body(true)
			if err != nil || got != 0 || h.Status() != tt.status || string(body) != tt.body {
				t.Errorf("%d, %v, status %d, %q; want status %d, %q", got, err, h.Status(), body, tt.status, tt.body)
			}
		})
	}
}

func TestAMapperInCPlusPlus(t *testing.T) {
	p := loadC(t, withLibcxx, "examples/query.cpp", hostabi.Capabilities{})
	for _, tt := range []struct{ does, query, want string }{
		{"names are sorted, values of one stay in order", "b=2&a=9&b=1&a=0", "a=9&a=0&b=2&b=1"},
		{"what trackers read goes", "utm_source=x&q=1&gclid=2", "q=1"},
		{"all of it may go", "fbclid=1", ""},
		{"empty parameters go, names without values stay", "&&b&a=&", "a=&b"},
		{"a name that is the beginning of another stands first", "ab=1&a=2", "a=2&ab=1"},
		{"an empty query stays", "", ""},
		{"64 parameters are sorted", strings.Repeat("z&", 63) + "a", "a" + strings.Repeat("&z", 63)},
		{"65 are left alone", strings.Repeat("z&", 64) + "a", strings.Repeat("z&", 64) + "a"},
		{"so is a query that is too long", strings.Repeat("b&a", 1366), strings.Repeat("b&a", 1366)},
	} {
		t.Run(tt.does, func(t *testing.T) {
			h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldQuery: tt.query}})
			answer, err := p.Call(context.Background(), hostabi.MapRequest, h)
			if got, _ := h.Field(hostabi.FieldQuery); got != tt.want || answer != 0 || err != nil {
				t.Errorf("%q became %q, want %q; %d, %v", tt.query, got, tt.want, answer, err)
			}
		})
	}
}

// A function of the header that nobody calls is no import: a plugin needs no
// grant for it.
func TestACPluginImportsWhatItUsesAndNoMore(t *testing.T) {
	for source, want := range map[string]string{
		"examples/authorizer.c":  "portico_core_v1.get_header portico_core_v1.set_auth_context portico_core_v1.set_principal portico_secrets_v1.hmac",
		"examples/integration.c": "portico_core_v1.get_param portico_core_v1.set_header portico_core_v1.set_status portico_core_v1.stream_write portico_kv_v1.increment",
		"examples/both.c":        "portico_core_v1.set_header portico_core_v1.stream_read portico_core_v1.stream_write portico_http_v1.start portico_http_v1.status",
	} {
		info, err := engine.Inspect(freestanding.build(t, source))
		if err != nil {
			t.Fatal(err)
		}
		var imports []string
		for _, i := range info.Imports {
			imports = append(imports, i.Module+"."+i.Name)
		}
		slices.Sort(imports)
		if got := strings.Join(imports, " "); got != want {
			t.Errorf("%s imports %s, want %s", source, got, want)
		}
	}
}

// 64 KiB are the stack, the rest the example's own.
func TestACGuestsMemoryStaysFlat(t *testing.T) {
	h := &plain{Host: bearer(signed("alice"))}
	flat(t, freestanding.build(t, "examples/authorizer.c"), hostabi.Authorize,
		native.Options{Capabilities: hostabi.Capabilities{Secrets: signing{}}}, func() hostabi.Host { return h }, steady{Memory: 2 << 16})
}

// The first plugin that the README shows is a template, to the letter, and its
// command lines are those of the tests.
func TestTheReadmeOfTheCSDKShowsWhatIsTested(t *testing.T) {
	b, err := os.ReadFile(sdkC + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	_, rest, _ := strings.Cut(page, "```c\n")
	shown, _, _ := strings.Cut(rest, "```")
	template, err := os.ReadFile(sdkC + "/template/authorizer/plugin.c")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(template), shown) || shown == "" {
		t.Errorf("the README shows\n%s\nthe template has\n%s", shown, template)
	}
	lines := strings.ReplaceAll(page, " \\\n    ", " ")
	for _, f := range []form{freestanding, withLibc, asCPlusPlus, withLibcxx} {
		if line := f.tool + " " + f.flags + " -o "; !strings.Contains(lines, line) {
			t.Errorf("the README does not have the line %s", line)
		}
	}
}
