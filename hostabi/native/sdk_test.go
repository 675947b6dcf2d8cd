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

// A plugin asks for the capabilities that it uses and no others.
func TestALimitInGo(t *testing.T) {
	if _, err := loadGo(t, "ratelimit", native.Options{}); err == nil || strings.Count(err.Error(), "is not granted") != 2 ||
		!strings.Contains(err.Error(), `capabilities = ["throttle", "metrics"]`) {
		t.Errorf("without a grant: %v", err)
	}
	taken := 0
	p, err := loadGo(t, "ratelimit", native.Options{Capabilities: hostabi.Capabilities{
		Throttle: bucket{&taken}, Metrics: counted{&taken}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int32{hostabi.AnswerContinue, hostabi.AnswerRespond} {
		h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldSourceIP: "192.0.2.1"}})
		got, err := p.Call(context.Background(), hostabi.MapRequest, h)
		if got != want || err != nil {
			t.Errorf("call %d gave %d, %v, want %d", i, got, err, want)
		}
		if after, _ := h.Header(true).Get("Retry-After"); want == hostabi.AnswerRespond && (after != "2" || h.Status() != 429) {
			t.Errorf("it answered %d, Retry-After %q", h.Status(), after)
		}
	}
	if taken != 101 {
		t.Errorf("it took and counted %d, want one of each", taken)
	}
}

// bucket holds one token.
type bucket struct{ taken *int }

func (b bucket) Take(_ context.Context, name, key string, n int) (time.Duration, error) {
	if name != "clients" || key != "192.0.2.1" || n != 1 {
		return 0, hostabi.EINVAL
	}
	if *b.taken > 0 {
		return 1001 * time.Millisecond, nil
	}
	*b.taken++
	return 0, nil
}

// counted adds a hundred for each count.
type counted struct{ taken *int }

func (c counted) Add(name string, labels []hostabi.Field, v float64) error {
	if name != "limited_total" || len(labels) > 0 || v != 1 {
		return hostabi.EINVAL
	}
	*c.taken += 100
	return nil
}
func (counted) Set(string, []hostabi.Field, float64) error     { return hostabi.EINVAL }
func (counted) Observe(string, []hostabi.Field, float64) error { return hostabi.EINVAL }
