package native_test

import (
	"context"
	"os/exec"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// plain is a host that allocates nothing of its own and counts nothing, as if each
// call were of another request.
type plain struct {
	*tck.Host
	principal string
}

func (p *plain) SetPrincipal(id string) error {
	p.principal = id
	return nil
}

func (*plain) SetUsage(string, hostabi.Usage) {}

func TestACallThatReadsAHeaderAllocatesNothing(t *testing.T) {
	p := load(t, newEngine(t), "authorizer", native.Options{})
	tests := []struct {
		name, token string
		want        int32
		allocations float64
	}{
		{"one that denies", "Bearer lets-me-in", hostabi.AnswerDeny, 0},
		{"one that allows allocates the principal", "Bearer letmein", hostabi.AnswerAllow, 1},
		{"one without the header", "", hostabi.AnswerUnauthorized, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := &plain{Host: bearer(tt.token)}
			ctx := context.Background()
			got := testing.AllocsPerRun(200, func() {
				if answer, err := p.Call(ctx, hostabi.Authorize, h); answer != tt.want || err != nil {
					t.Errorf("got %d, %v, want %d", answer, err, tt.want)
				}
			})
			if got != tt.allocations {
				t.Errorf("%v allocations, want %v", got, tt.allocations)
			}
		})
	}
}

// Reading functions allocate nothing either, once the buffers of the instance
// have grown.
func TestHostFunctionsThatReadAllocateNothing(t *testing.T) {
	e := newEngine(t)
	p, err := native.New(context.Background(), e, tck.Guest, native.Options{Name: "conformance", Capabilities: tck.NewCapabilities()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	setup := tck.Setup{
		Fields: map[hostabi.FieldID]string{hostabi.FieldPath: "/a"},
		Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "q", Value: "1"}}},
		Header: hostabi.Header{{Name: "A", Value: "1"}, {Name: "a", Value: "2"}},
		Event:  []byte("{}"),
		Body:   []byte("body"),
	}
	read := []tck.Command{
		{Func: hostabi.FuncGetField, Number: uint32(hostabi.FieldPath), Cap: 64},
		{Func: hostabi.FuncGetField, Number: uint32(hostabi.FieldTimeUnixMs), Cap: 64},
		{Func: hostabi.FuncGetParam, Number: uint32(hostabi.SourceQuery), In: [2]string{"q"}, Cap: 64},
		{Func: hostabi.FuncParamValues, Number: uint32(hostabi.SourceQuery), In: [2]string{"q"}, Cap: 64},
		{Func: hostabi.FuncGetHeader, In: [2]string{"a"}, Cap: 64},
		{Func: hostabi.FuncHeaderValues, In: [2]string{"a"}, Cap: 64},
		{Func: hostabi.FuncHeaders, Cap: 64},
		{Func: hostabi.FuncContextRead, Mask: 1<<64 - 1, Cap: 1024},
		{Func: hostabi.FuncEventRead, Cap: 64},
		{Func: hostabi.FuncStreamRead, Cap: 64},
		{Func: hostabi.FuncConfigRead, Cap: 64},
		{Func: hostabi.FuncClockUnixNs}, {Func: hostabi.FuncClockMonoNs}, {Func: hostabi.FuncDeadlineMs},
		{Func: hostabi.FuncRandom, Cap: 64},
		{Func: hostabi.FuncLog, In: [2]string{"nobody listens"}},
	}
	program := tck.Encode(hostabi.AnswerAllow, read)
	setup.Scratch = map[string][]byte{"conformance": program}
	h := tck.NewHost(setup)
	ctx := context.Background()
	got := testing.AllocsPerRun(100, func() {
		if answer, err := p.Call(ctx, hostabi.Authorize, h); answer != hostabi.AnswerAllow || err != nil {
			t.Errorf("got %d, %v", answer, err)
		}
		if err := h.SetScratch("conformance", program); err != nil {
			t.Error(err)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations, want none", got)
	}
}

func BenchmarkAuthorize(b *testing.B) {
	e := newEngine(b)
	guests := map[string][]byte{"text": guest(b, "authorizer")}
	if !testing.Short() {
		guests["Go"] = goGuest(b, "./examples/authorizer")
		if _, err := exec.LookPath("clang"); err == nil {
			guests["C"] = freestanding.build(b, "template/authorizer/plugin.c")
		}
	}
	for name, wasm := range guests {
		p, err := native.New(context.Background(), e, wasm, native.Options{Name: name, Limits: engine.Limits{}})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(p.Close)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			h := &plain{Host: bearer("Bearer letmein")}
			for b.Loop() {
				if _, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
