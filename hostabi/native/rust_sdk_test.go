package native_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// loadRust makes a plugin of an example of the Rust SDK.
func loadRust(t *testing.T, example string, o native.Options) (*native.Plugin, error) {
	wasm := rustGuest(t, example)
	o.Name = example
	p, err := native.New(context.Background(), newEngine(t), wasm, o)
	if err == nil {
		t.Cleanup(p.Close)
	}
	return p, err
}

func TestAnAuthorizerInRust(t *testing.T) {
	p, err := loadRust(t, "authorizer", native.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int32{
		"Bearer letmein": hostabi.AnswerAllow, "Bearer guess": hostabi.AnswerDeny, "": hostabi.AnswerUnauthorized,
		"Bearer \xff": hostabi.AnswerDeny, "Bearer " + strings.Repeat("x", 5000): hostabi.AnswerDeny,
	} {
		if got, err := p.Call(context.Background(), hostabi.Authorize, bearer(token)); got != want || err != nil {
			t.Errorf("%q gave %d, %v, want %d", token, got, err, want)
		}
	}
}

func TestMappersInRust(t *testing.T) {
	for config, want := range map[string]string{
		"":               "configuration refused: header is missing",
		`{"header":"X"}`: "configuration refused: value is missing",
		`{"header":{}}}`: "configuration refused: JSON: more after the value at byte 13",
	} {
		if _, err := loadRust(t, "mapper", native.Options{Config: []byte(config)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("with the configuration %q: %v, want %q", config, err, want)
		}
	}
	p, err := loadRust(t, "mapper", native.Options{Config: []byte(`{"header":"X-Tenant","value":"acme"}`), Instances: 2, Warm: 2})
	if err != nil {
		t.Fatal(err)
	}
	h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldPath: "/a"}})
	for _, k := range []hostabi.Kind{hostabi.MapRequest, hostabi.MapResponse} {
		if got, err := p.Call(context.Background(), k, h); got != 0 || err != nil {
			t.Fatal(k, got, err)
		}
		h.NextCall()
	}
	request, response := h.Header(false), h.Header(true)
	if !slices.Equal(request, hostabi.Header{{Name: "X-Tenant", Value: "acme"}}) || !slices.Equal(response, hostabi.Header{{Name: "X-Asked-For", Value: "/a"}}) {
		t.Errorf("the request has %v, the response %v", request, response)
	}
}

// A plugin asks for the capabilities that it uses and no others, streams, and
// fails with the code that a call gave.
func TestAnIntegrationInRust(t *testing.T) {
	if _, err := loadRust(t, "integration", native.Options{}); err == nil || strings.Count(err.Error(), "is not granted") != 2 ||
		!strings.Contains(err.Error(), `capabilities = ["throttle", "metrics"]`) {
		t.Errorf("without a grant: %v", err)
	}
	taken := 0
	var r record
	p, err := loadRust(t, "integration", native.Options{Log: r.logger(slog.LevelDebug), Capabilities: hostabi.Capabilities{
		Throttle: bucket{&taken}, Metrics: counted{&taken}}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() *tck.Host {
		return tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldSourceIP: "192.0.2.1"},
			Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "events", Value: "3"}}}})
	}
	h := ask()
	if got, err := p.Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil {
		t.Fatal(got, err)
	}
	if body, _, _ := h.Body(true); string(body) != "data: 0\n\ndata: 1\n\ndata: 2\n\n" || !h.Flushed() {
		t.Errorf("the body is %q", body)
	}
	h = ask()
	if _, err := p.Call(context.Background(), hostabi.Integrate, h); err != nil {
		t.Fatal(err)
	}
	if after, _ := h.Header(true).Get("Retry-After"); after != "2" || h.Status() != 429 || taken != 101 {
		t.Errorf("the second request gave %d, Retry-After %q, and %d taken and counted", h.Status(), after, taken)
	}

	taken = 0
	h = ask()
	h.WriteErr = hostabi.EABORT
	if _, err := p.Call(context.Background(), hostabi.Integrate, h); err == nil || !strings.Contains(err.Error(), "EABORT") {
		t.Errorf("with a client that left: %v", err)
	}
	if got := r.lines(); len(got) != 1 || !strings.Contains(got[0], `level=ERROR msg="EABORT: the deadline has passed or the client has gone" plugin=integration call=integrate`) {
		t.Errorf("logged %q", got)
	}
}

// The text of a panic and its place are in the log.
func TestAPanicInRust(t *testing.T) {
	var r record
	p, err := loadRust(t, "conformance", native.Options{Log: r.logger(slog.LevelDebug), Capabilities: tck.NewCapabilities()})
	if err != nil {
		t.Fatal(err)
	}
	h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": []byte("no program")}})
	if _, err := p.Call(context.Background(), hostabi.Authorize, h); err == nil || !strings.Contains(err.Error(), "trap") {
		t.Errorf("got %v", err)
	}
	if got := strings.Join(r.lines(), "\n"); !strings.Contains(got, "panicked at") || !strings.Contains(got, "program.rs") {
		t.Errorf("logged %q", got)
	}
}

func TestARustGuestsMemoryStaysFlat(t *testing.T) {
	h := &plain{Host: bearer("Bearer letmein")}
	flat(t, rustGuest(t, "authorizer"), hostabi.Authorize, native.Options{}, func() hostabi.Host { return h }, steady{Memory: 256 << 10})
}

// One whose calls allocate, configure, store and write stays as it is too.
func TestARustMappersMemoryStaysFlat(t *testing.T) {
	fields := map[hostabi.FieldID]string{hostabi.FieldPath: "/" + strings.Repeat("a", 3000)}
	flat(t, rustGuest(t, "mapper"), hostabi.MapRequest, native.Options{Config: []byte(`{"header":"X-Tenant","value":"acme"}`), Timeout: time.Minute},
		func() hostabi.Host { return tck.NewHost(tck.Setup{Fields: fields}) }, steady{Memory: 256 << 10})
}
