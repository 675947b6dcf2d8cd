package native_test

import (
	"context"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

// A guest with a garbage collector reaches its plateau and stays there.
func TestAGoGuestsMemoryStaysFlat(t *testing.T) {
	if race {
		t.Skip("there is one goroutine, and the calls take a minute")
	}
	p, err := loadGo(t, "authorizer", native.Options{Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	h := &plain{Host: bearer("Bearer letmein")}
	calls := func(n int) int64 {
		for range n {
			if _, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil {
				t.Fatal(err)
			}
		}
		return p.Stats().Instances.MemoryBytes
	}
	warm := calls(300_000)
	if after := calls(300_000); after > warm+1<<20 {
		t.Errorf("memory went from %d to %d bytes in 300000 calls", warm, after)
	}
	if s := p.Stats(); s.Instances.Created != 1 {
		t.Errorf("%d instances, want one: it grew past its mark", s.Instances.Created)
	}
}
