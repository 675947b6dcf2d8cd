package native_test

import (
	"context"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

// steady is what a guest's memory must do over many calls of one instance.
type steady struct {
	// Calls are made to reach the plateau, and as many again to hold it;
	// 0 means 100000.
	Calls int
	// Growth is how many bytes the memory may grow by in the second half: 0
	// but for a guest whose garbage collector is in no hurry.
	Growth int64
	// Memory is the most bytes that the instance may have at the end: what an
	// operator has to reckon with for each.
	Memory int64
}

// flat makes the calls and looks at the memory. Each call gets a host of its
// own, which host returns; one that all share serves calls that change nothing.
func flat(t *testing.T, guest []byte, k hostabi.Kind, o native.Options, host func() hostabi.Host, want steady) {
	t.Helper()
	if race {
		t.Skip("there is one goroutine, and the calls take a minute")
	}
	if testing.Short() {
		t.Skip("many calls take seconds")
	}
	o.Instances = 1
	if o.Name == "" {
		o.Name = "flat"
	}
	p, err := native.New(context.Background(), newEngine(t), guest, o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if want.Calls == 0 {
		want.Calls = 100_000
	}
	calls := func() int64 {
		for range want.Calls {
			h := host()
			h.SetUsage(o.Name, hostabi.Usage{}) // each is a request of its own
			if _, err := p.Call(context.Background(), k, h); err != nil {
				t.Fatal(err)
			}
		}
		return p.Stats().Instances.MemoryBytes
	}
	warm := calls()
	after := calls()
	if after > warm+want.Growth {
		t.Errorf("memory went from %d to %d bytes in %d calls", warm, after, want.Calls)
	}
	if after > want.Memory {
		t.Errorf("the instance has %d bytes, want at most %d", after, want.Memory)
	}
	if s := p.Stats(); s.Instances.Created != 1 {
		t.Errorf("%d instances, want one: it grew past its mark", s.Instances.Created)
	}
	t.Logf("%d bytes after %d calls, %d after as many again", warm, want.Calls, after)
}

// A guest with a garbage collector reaches its plateau and stays there.
func TestAGoGuestsMemoryStaysFlat(t *testing.T) {
	h := &plain{Host: bearer("Bearer letmein")}
	flat(t, goGuest(t, "./examples/authorizer"), hostabi.Authorize, native.Options{}, func() hostabi.Host { return h },
		steady{Calls: 300_000, Growth: 1 << 20, Memory: 8 << 20})
}

func TestATextGuestsMemoryStaysFlat(t *testing.T) {
	h := &plain{Host: bearer("Bearer letmein")}
	flat(t, guest(t, "authorizer"), hostabi.Authorize, native.Options{}, func() hostabi.Host { return h }, steady{Memory: 1 << 16})
}
