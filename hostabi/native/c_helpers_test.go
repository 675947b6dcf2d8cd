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

// helped is a metric that keeps what it counts.
type helped struct {
	hostabi.Metrics
	name   string
	labels []hostabi.Field
	value  float64
}

func (m *helped) Add(name string, labels []hostabi.Field, v float64) error {
	m.name, m.labels, m.value = name, slices.Clone(labels), v
	return nil
}

func TestTheHelpersOfTheCHeader(t *testing.T) {
	m := &helped{}
	p := loadC(t, freestanding, "test/helpers.c", hostabi.Capabilities{Metrics: m})
	const rest = "=-10\nheader=-10\n2:/a;11:1700000000123;33:(q=1)(q=2);39:201;\n[ab][cd]\n1,0\n184467440737095516151234567-f\n1s-"
	for _, tt := range []struct{ does, body, want string }{
		{"a body that fits", "0123456789abcdef", "body=0123456789abcdef\nheader=ab, cd\nheader" + rest},
		{"an empty one", "", "body=\nheader=ab, cd\nheader" + rest},
		{"one byte too many", "0123456789abcdefg", "body=-10\nheader=ab, cd\nheader" + rest},
	} {
		t.Run(tt.does, func(t *testing.T) {
			h := tck.NewHost(tck.Setup{Body: []byte(tt.body), TimeUnixMs: 1700000000123, Status: 201,
				Fields: map[hostabi.FieldID]string{hostabi.FieldPath: "/a"},
				Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "q", Value: "1"}, {Name: "q", Value: "2"}}},
				Header: hostabi.Header{{Name: "X-Text", Value: "ab"}, {Name: "X-One", Value: "1"}, {Name: "x-text", Value: "cd"}}})
			answer, err := p.Call(context.Background(), hostabi.Integrate, h)
			if body, _, _ := h.Body(true); answer != 0 || err != nil || string(body) != tt.want {
				t.Errorf("%d, %v\n%s\nwant\n%s", answer, err, body, tt.want)
			}
		})
	}
	h := tck.NewHost(tck.Setup{})
	answer, err := p.Call(context.Background(), hostabi.MapRequest, h)
	body, _, _ := h.Body(true)
	if answer != hostabi.AnswerRespond || err != nil || h.Status() != 429 || string(body) != "slow down\n" {
		t.Errorf("the refusal gave %d, %v: %d %q", answer, err, h.Status(), body)
	}
	if m.name != "helpers_total" || m.value != 1.5 || !slices.Equal(m.labels, []hostabi.Field{{Name: "case", Value: "c"}}) {
		t.Errorf("it counted %v in %s %v", m.value, m.name, m.labels)
	}
}

func TestTheHeaderOfCPlusPlus(t *testing.T) {
	var r record
	wasm := withLibcxx.build(t, "test/helpers.cpp")
	capabilities := tck.NewCapabilities()
	o := native.Options{Name: "hpp", Capabilities: capabilities, Log: r.logger(slog.LevelInfo)}
	p, err := native.New(context.Background(), newEngine(t), wasm, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ctx := context.Background()

	h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldPath: "/a"},
		Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "q", Value: "1"}}},
		Header: hostabi.Header{{Name: "X-Text", Value: "ab"}, {Name: "x-text", Value: "cd"}}})
	answer, err := p.Call(ctx, hostabi.Integrate, h)
	body, _, _ := h.Body(true)
	want := "/a\n1\nab, cd\n-10\n-1\n{}\n\n" + "the value of a secret\n[ab][cd](X-Text=ab)(x-text=cd)\n00 cached\nkept\n00\n100\nmore\n"
	if answer != 0 || err != nil || string(body) != want {
		t.Errorf("%d, %v\n%s\nwant\n%s", answer, err, body, want)
	}
	if set, gone := slices.Contains(h.Header(true), hostabi.Field{Name: "x-set", Value: "1"}), len(h.Header(true)) == 2; !set || !gone {
		t.Errorf("the response has %v", h.Header(true))
	}
	if lines := r.lines(); len(lines) != 1 || !strings.Contains(lines[0], "msg=logged") {
		t.Errorf("logged %q", lines)
	}

	h = tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldPath: "/a"}})
	answer, err = p.Call(ctx, hostabi.MapRequest, h)
	if path, _ := h.Field(hostabi.FieldPath); answer != hostabi.AnswerRespond || err != nil || path != "/moved" ||
		h.Status() != 403 || string(h.Scratch("hpp")) != "kept" {
		t.Errorf("map_request gave %d, %v: %s, %d, %q", answer, err, path, h.Status(), h.Scratch("hpp"))
	}

	h = tck.NewHost(tck.Setup{})
	answer, err = p.Call(ctx, hostabi.Authorize, h)
	principal, entries := h.Decision()
	if answer != hostabi.AnswerResult || err != nil || principal != "alice" || string(h.Result()) != `{"isAuthorized":true}` ||
		!slices.Equal(entries, []tck.Value{{Key: "tier", Value: "7", Kind: hostabi.ValueNumber}}) {
		t.Errorf("authorize gave %d, %v: %s, %v, %s", answer, err, principal, entries, h.Result())
	}

	o.Config = []byte(`{"a":1}`)
	if _, err := native.New(ctx, newEngine(t), wasm, o); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a configuration that it refuses: %v", err)
	}
}
