package native_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

const sdkWAT = "../../sdk/wat"

func TestTheMapperInText(t *testing.T) {
	wasm, err := os.ReadFile(sdkWAT + "/conceal.wasm")
	if err != nil {
		t.Fatal(err)
	}
	p, err := native.New(context.Background(), newEngine(t), wasm, native.Options{Name: "conceal"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	field := func(name string) hostabi.Field { return hostabi.Field{Name: name, Value: "v"} }
	long := hostabi.Field{Name: "X-Long", Value: strings.Repeat("x", 40<<10-19)}
	for _, tt := range []struct {
		does string
		has  hostabi.Header
		want hostabi.Header
	}{
		{"headers of that prefix go, in any case", hostabi.Header{field("X-Internal-User"), field("Accept"), field("x-INTERNAL-user"), field("X-Internal-")},
			hostabi.Header{field("Accept")}},
		{"shorter and other names stay", hostabi.Header{field("X-Internal"), field("X-Internals-A"), field("@-internal-a"), field("XX-Internal-A")}, nil},
		{"a request without headers", nil, nil},
		{"the longest list that there is", hostabi.Header{long, field("X-Internal-A")}, hostabi.Header{long}},
	} {
		t.Run(tt.does, func(t *testing.T) {
			h := tck.NewHost(tck.Setup{Header: tt.has})
			if got, err := p.Call(context.Background(), hostabi.MapRequest, h); got != hostabi.AnswerContinue || err != nil {
				t.Fatal(got, err)
			}
			want := tt.want
			if want == nil {
				want = tt.has
			}
			if got := h.Header(false); !slices.Equal(got, want) {
				t.Errorf("%v is left, want %v", got, want)
			}
		})
	}
}

func TestThePageAboutTextShowsTheMapper(t *testing.T) {
	page, err := os.ReadFile(sdkWAT + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(sdkWAT + "/conceal.wat")
	if err != nil {
		t.Fatal(err)
	}
	rest := string(page)
	for rest != "" {
		var shown string
		_, rest, _ = strings.Cut(rest, "```wat\n")
		if shown, rest, _ = strings.Cut(rest, "```"); shown != "" && !strings.Contains(string(source), shown) {
			t.Errorf("conceal.wat does not have\n%s", shown)
		}
	}
}
