package native_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// loadGo makes a plugin of an example of the Go SDK.
func loadGo(t *testing.T, example string, o native.Options) (*native.Plugin, error) {
	wasm := goGuest(t, "./examples/"+example)
	o.Name = example
	p, err := native.New(context.Background(), newEngine(t), wasm, o)
	if err == nil {
		t.Cleanup(p.Close)
	}
	return p, err
}

func TestAnAuthorizerInGo(t *testing.T) {
	p, err := loadGo(t, "authorizer", native.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int32{
		"Bearer letmein": hostabi.AnswerAllow, "Bearer guess": hostabi.AnswerDeny, "": hostabi.AnswerUnauthorized,
	} {
		if got, err := p.Call(context.Background(), hostabi.Authorize, bearer(token)); got != want || err != nil {
			t.Errorf("%q gave %d, %v, want %d", token, got, err, want)
		}
	}
	var kinds []hostabi.Kind
	for k := range hostabi.Kind(hostabi.Kinds) {
		if p.Has(k) {
			kinds = append(kinds, k)
		}
	}
	if !slices.Equal(kinds, []hostabi.Kind{hostabi.Authorize}) {
		t.Errorf("it has the kinds %v", kinds)
	}
}

func TestMappersInGo(t *testing.T) {
	if _, err := loadGo(t, "mappers", native.Options{}); err == nil || !strings.Contains(err.Error(), "configuration refused: header is missing") {
		t.Errorf("without a configuration: %v", err)
	}
	p, err := loadGo(t, "mappers", native.Options{Config: []byte(`{"Header":"X-Tenant","Value":"acme"}`), Instances: 2, Warm: 2})
	if err != nil {
		t.Fatal(err)
	}
	h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldPath: "/a"}})
	if got, err := p.Call(context.Background(), hostabi.MapRequest, h); got != 0 || err != nil {
		t.Fatal(got, err)
	}
	h.NextCall()
	if got, err := p.Call(context.Background(), hostabi.MapResponse, h); got != 0 || err != nil {
		t.Fatal(got, err)
	}
	request, response := h.Header(false), h.Header(true)
	if !slices.Equal(request, hostabi.Header{{Name: "X-Tenant", Value: "acme"}}) || !slices.Equal(response, hostabi.Header{{Name: "X-Asked-For", Value: "/a"}}) {
		t.Errorf("the request has %v, the response %v", request, response)
	}
}

func TestAStreamInGo(t *testing.T) {
	var r record
	p, err := loadGo(t, "stream", native.Options{Log: r.logger(slog.LevelDebug)})
	if err != nil {
		t.Fatal(err)
	}
	h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "events", Value: "3"}}}})
	if got, err := p.Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil {
		t.Fatal(got, err)
	}
	if body, _, _ := h.Body(true); string(body) != "data: 0\n\ndata: 1\n\ndata: 2\n\n" || !h.Flushed() {
		t.Errorf("the body is %q", body)
	}

	h = tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "events", Value: "3"}}}})
	h.WriteErr = hostabi.EABORT
	if _, err := p.Call(context.Background(), hostabi.Integrate, h); err == nil || !strings.Contains(err.Error(), "EABORT") {
		t.Errorf("with a client that left: %v", err)
	}
	if got := r.lines(); len(got) != 1 || !strings.Contains(got[0], "level=ERROR msg=EABORT plugin=stream call=integrate") {
		t.Errorf("logged %q", got)
	}
}
