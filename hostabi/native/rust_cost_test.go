package native_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
)

// maxRustOverText is what the authorizer in Rust may cost as a multiple of the
// one in WebAssembly text, which does the same without an allocator. It was 1.2
// when measured.
const maxRustOverText = 4

func TestAHeaderCheckInRustIsCheap(t *testing.T) {
	if race {
		t.Skip("the race detector slows down the host alone")
	}
	text := load(t, newEngine(t), "authorizer", native.Options{})
	rust, err := loadRust(t, "authorizer", native.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &plain{Host: bearer("Bearer lets-me-in")}
	// The least of many short batches, one after the other of each: what else
	// the machine does comes on top of some, and not of all.
	least := [2]time.Duration{time.Hour, time.Hour}
	for range 200 {
		for i, p := range []*native.Plugin{text, rust} {
			const calls = 500
			begin := time.Now()
			for range calls {
				if got, err := p.Call(context.Background(), hostabi.Authorize, h); got != hostabi.AnswerDeny || err != nil {
					t.Fatal(got, err)
				}
			}
			least[i] = min(least[i], time.Since(begin)/calls)
		}
	}
	ratio := float64(least[1]) / float64(least[0])
	t.Logf("in text %v, in Rust %v: %.1f times as much", least[0], least[1], ratio)
	if ratio > maxRustOverText {
		t.Errorf("a header check costs %.1f times one in text, want at most %d", ratio, maxRustOverText)
	}
}

// A plugin imports what it uses, and log, where a failure or a panic goes; its
// instances begin with 64 KiB of stack.
func TestARustGuestClaimsLittle(t *testing.T) {
	for name, want := range map[string][]string{
		"authorizer": {"portico_core_v1.get_header", "portico_core_v1.log"},
		"mapper": {"portico_core_v1.config_error", "portico_core_v1.config_read", "portico_core_v1.get_field", "portico_core_v1.log",
			"portico_core_v1.scratch_read", "portico_core_v1.scratch_write", "portico_core_v1.set_header"},
		"integration": {"portico_core_v1.get_field", "portico_core_v1.get_param", "portico_core_v1.log", "portico_core_v1.set_header",
			"portico_core_v1.set_status", "portico_core_v1.stream_flush", "portico_core_v1.stream_write",
			"portico_metrics_v1.counter_add", "portico_throttle_v1.take"},
	} {
		wasm := rustGuest(t, name)
		in, err := engine.Inspect(wasm)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range in.Imports {
			got = append(got, i.Module+"."+i.Name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s imports %q, want %q", name, got, want)
		}
		if in.Memory.Min > 2 || len(wasm) > 64<<10 {
			t.Errorf("%s has %d bytes and %d pages of memory, want at most 65536 and 2", name, len(wasm), in.Memory.Min)
		}
		t.Logf("%s: %d bytes", name, len(wasm))
	}
}
