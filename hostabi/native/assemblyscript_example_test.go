package native_test

import (
	"context"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestAMapperInAssemblyScript(t *testing.T) {
	for config, want := range map[string]string{"{}": "header is missing", `{"header":"X"}`: "value is missing", `{"header":1,"value":"v"}`: "header is missing"} {
		if _, err := loadAS(t, "examples/mapper", native.Options{Config: []byte(config)}); err == nil || !strings.Contains(err.Error(), "configuration refused: "+want) {
			t.Errorf("with %s: %v", config, err)
		}
	}
	p, err := loadAS(t, "examples/mapper", native.Options{Config: []byte(`{"header":"X-Tenant","value":"acme"}`), Instances: 2, Warm: 2})
	if err != nil {
		t.Fatal(err)
	}
	h := about("/a")
	if got, err := p.Call(context.Background(), hostabi.MapRequest, h); got != 0 || err != nil {
		t.Fatal(got, err)
	}
	h.NextCall()
	if got, err := p.Call(context.Background(), hostabi.MapResponse, h); got != 0 || err != nil {
		t.Fatal(got, err)
	}
	tenant, _ := h.Header(false).Get("X-Tenant")
	if asked, _ := h.Header(true).Get("X-Asked-For"); tenant != "acme" || asked != "/a" {
		t.Errorf("the request has %v, the response %v", h.Header(false), h.Header(true))
	}
}

func TestAStreamInAssemblyScript(t *testing.T) {
	p, err := loadAS(t, "examples/integration", native.Options{})
	if err != nil {
		t.Fatal(err)
	}
	asked := func(events string) *tck.Host {
		return tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "events", Value: events}}}})
	}
	for events, want := range map[string]string{"3": "data: 0\n\ndata: 1\n\ndata: 2\n\n", "many": "events is 1 to 1000\n", "1001": "events is 1 to 1000\n"} {
		h := asked(events)
		if got, err := p.Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil {
			t.Fatal(got, err)
		}
		if body, _, _ := h.Body(true); string(body) != want || h.Flushed() != (h.Status() != 400) {
			t.Errorf("events=%s: %d with %q", events, h.Status(), body)
		}
	}
	h := asked("3")
	h.WriteErr = hostabi.EABORT
	if _, err := p.Call(context.Background(), hostabi.Integrate, h); err == nil || !strings.Contains(err.Error(), "EABORT") {
		t.Errorf("with a client that left: %v", err)
	}
}

// What a plugin imports is what it uses: the operator sees it, and grants it.
func TestAnAuthorizerInAssemblyScriptImportsWhatItUses(t *testing.T) {
	wasm := asGuest(t, "examples/authorizer")
	for name, want := range map[string]bool{"get_header": true, "set_principal": true, "log": true, "get_field": false, "stream_read": false,
		"env": false, "wasi_snapshot_preview1": false, "portico_cache_v1": false} {
		if got := strings.Contains(string(wasm), string([]byte{byte(len(name))})+name); got != want {
			t.Errorf("it imports %s: %v, want %v", name, got, want)
		}
	}
	if len(wasm) > 6<<10 {
		t.Errorf("it has %d bytes, want at most 6 KiB", len(wasm))
	}
}
