package native_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestAModuleThatWasNotGrantedSaysWhatToWrite(t *testing.T) {
	all := tck.NewCapabilities()
	tests := []struct {
		name string
		c    hostabi.Capabilities
		want []string // of the error, in order; none loads
	}{
		{"all are granted", all, nil},
		{"one is missing", hostabi.Capabilities{Cache: all.Cache, Throttle: all.Throttle, Metrics: all.Metrics, KV: all.KV, HTTP: all.HTTP, JWT: all.JWT}, []string{
			`import module "portico_secrets_v1": capability "secrets" is not granted; to grant it, write into NAME.toml: capabilities = ["cache", "throttle", "metrics", "kv", "http", "jwt", "secrets"]`}},
		{"none is granted", hostabi.Capabilities{}, []string{
			`capability "cache" is not granted; to grant it, write into NAME.toml: capabilities = ["cache", "throttle", "secrets", "metrics", "kv", "http", "jwt"]`,
			`"throttle" is not granted`, `"secrets" is not granted`, `"metrics" is not granted`, `"kv" is not granted`, `"http" is not granted`, `"jwt" is not granted`}},
	}
	e := newEngine(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := native.New(context.Background(), e, tck.Guest, native.Options{Name: "p", Capabilities: tt.c})
			if err == nil {
				p.Close()
			}
			var load *native.LoadError
			if (err == nil) != (tt.want == nil) || err != nil && !errors.As(err, &load) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			rest := ""
			if err != nil {
				rest = err.Error()
			}
			for _, want := range tt.want {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("got %v, want %s in it", err, want)
				}
				rest = after
			}
		})
	}
}

// conformance runs commands in the conformance guest.
func conformance(t *testing.T, ctx context.Context, o native.Options, commands ...tck.Command) ([]tck.Result, *native.Plugin, error) {
	t.Helper()
	o.Name = "conformance"
	p, err := native.New(context.Background(), newEngine(t), tck.Guest, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, commands)}})
	if _, err := p.Call(ctx, hostabi.Authorize, h); err != nil {
		return nil, p, err
	}
	results, err := tck.Decode(h.Scratch("conformance"), len(commands))
	return results, p, err
}

func TestALoggedSecretIsRedacted(t *testing.T) {
	var r record
	log := func(text string) tck.Command {
		return tck.Command{Func: hostabi.FuncLog, Number: uint32(hostabi.LevelInfo), In: [2]string{text}}
	}
	long := strings.Repeat("x", 4090) + tck.SecretReadValue // the cut would leave half of it
	_, _, err := conformance(t, context.Background(), native.Options{Log: r.logger(slog.LevelDebug), Capabilities: tck.NewCapabilities()},
		log("it is "+tck.SecretReadValue+"!"), log("nothing"), log(long), log("a host said "+tck.SecretUseValue))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(r.lines(), "\n")
	if !strings.Contains(got, `"it is [redacted]!"`) || !strings.Contains(got, "msg=nothing") || !strings.Contains(got, `"a host said [redacted]"`) || strings.Contains(got, tck.SecretReadValue[:6]) {
		t.Errorf("logged\n%.600s", got)
	}
}

func TestCallsIntoCapabilitiesAreCounted(t *testing.T) {
	get := tck.Command{Func: hostabi.FuncCacheGet, In: [2]string{"a"}}
	take := tck.Command{Func: hostabi.FuncThrottleTake, Number: 1, In: [2]string{tck.Bucket, "a"}}
	_, p, err := conformance(t, context.Background(), native.Options{Capabilities: tck.NewCapabilities()}, get, get, take)
	if err != nil {
		t.Fatal(err)
	}
	var want [hostabi.CapabilityCount]uint64
	want[hostabi.CapabilityCache], want[hostabi.CapabilityThrottle] = 2, 1
	if got := p.StateCalls(); got != want {
		t.Errorf("StateCalls() = %v, want %v", got, want)
	}
}

// failing is a kv whose Get fails in the way that the test says.
type failing struct {
	hostabi.KV
	get func(ctx context.Context) error
}

func (f failing) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	return nil, false, f.get(ctx)
}

func TestErrorsOfAStoreAreCodes(t *testing.T) {
	tests := []struct {
		name string
		get  func(ctx context.Context) error
		want hostabi.Code
	}{
		{"a code is itself", func(context.Context) error { return hostabi.E2BIG }, hostabi.E2BIG},
		{"what is none is EIO", func(context.Context) error { return errors.New("disk on fire") }, hostabi.EIO},
		{"a time of its own is ETIMEDOUT", func(context.Context) error { return context.DeadlineExceeded }, hostabi.ETIMEDOUT},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r record
			c := tck.NewCapabilities()
			c.KV = failing{c.KV, tt.get}
			results, _, err := conformance(t, context.Background(), native.Options{Capabilities: c, Log: r.logger(slog.LevelError)},
				tck.Command{Func: hostabi.FuncKVGet, In: [2]string{"a"}})
			if err != nil || results[0].Value != int64(tt.want) {
				t.Errorf("got %v, %v, want %v", results, err, tt.want)
			}
			if logged := strings.Contains(strings.Join(r.lines(), "\n"), "disk on fire"); logged != (tt.want == hostabi.EIO) {
				t.Errorf("logged %q", r.lines())
			}
		})
	}
}

// A store that waits is left at the deadline of the call, which fails as one
// that is out of time.
func TestAStoreThatWaitsIsLeftAtTheDeadline(t *testing.T) {
	c := tck.NewCapabilities()
	c.KV = failing{c.KV, func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}}
	ctx := hostabi.WithDeadline(context.Background(), time.Now().Add(20*time.Millisecond))
	get := tck.Command{Func: hostabi.FuncKVGet, In: [2]string{"a"}}
	_, _, err := conformance(t, ctx, native.Options{Capabilities: c}, get, get, get)
	var f *hostabi.Failure
	if !errors.As(err, &f) || f.Reason != hostabi.TimedOut {
		t.Errorf("the call ended with %v, want a timeout", err)
	}
}

// What a store leaves behind of a call must not touch the next one. The race
// detector sees it if it does.
func TestAStoreMayKeepTheContextOfACall(t *testing.T) {
	c := tck.NewCapabilities()
	var last context.Context
	c.KV = failing{c.KV, func(ctx context.Context) error {
		if last != nil && last.Err() == nil {
			t.Error("the context of the last call lives on")
		}
		kept, cancel := context.WithTimeout(ctx, time.Hour)
		context.AfterFunc(kept, cancel)
		last = kept
		return hostabi.EIO
	}}
	p, err := native.New(context.Background(), newEngine(t), tck.Guest, native.Options{Name: "conformance", Capabilities: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	program := tck.Encode(0, []tck.Command{{Func: hostabi.FuncKVGet, In: [2]string{"a"}}})
	for i := range 200 {
		ctx, cancel := context.WithCancel(context.Background())
		k := []hostabi.Kind{hostabi.Authorize, hostabi.Integrate}[i%2]
		h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": program}})
		if _, err := p.Call(ctx, k, h); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
}

// An answer that streams may use a store after the time that it had for its
// head, until its client leaves.
func TestAStreamUsesAStoreAfterItsHead(t *testing.T) {
	base, leave := context.WithCancel(context.Background())
	defer leave()
	ctx, cancel := context.WithTimeout(base, 500*time.Millisecond) // enough to flush on a busy machine
	defer cancel()
	calls := 0
	c := tck.NewCapabilities()
	c.KV = failing{c.KV, func(kv context.Context) error {
		switch calls++; calls {
		case 1:
			<-ctx.Done()
			return kv.Err()
		case 2:
			return kv.Err()
		}
		leave()
		// The timeout was first, so only the stream's own deadline ends this one.
		return kv.Err()
	}}
	p, err := native.New(context.Background(), newEngine(t), tck.Guest, native.Options{Name: "conformance", Capabilities: c, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	get := tck.Command{Func: hostabi.FuncKVGet, In: [2]string{"a"}}
	take := tck.Command{Func: hostabi.FuncThrottleTake, Number: 1, In: [2]string{tck.Bucket, "a"}}
	h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{
		{Func: hostabi.FuncStreamFlush, Number: hostabi.StreamResponse}, get, get, take, get})}})
	if _, err := p.Call(ctx, hostabi.Integrate, h); err != nil {
		t.Fatal(err)
	}
	body, _, _ := h.Body(true)
	results, err := tck.Decode(body, 5)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{0, int64(hostabi.ENOENT), int64(hostabi.ENOENT), 0, int64(hostabi.ENOENT)} {
		if results[i].Value != want {
			t.Errorf("step %d gave %d, want %d", i, results[i].Value, want)
		}
	}
}

func TestAStreamLeavesAStoreWhenItsClientLeaves(t *testing.T) {
	ctx, leave := context.WithCancel(context.Background())
	c := tck.NewCapabilities()
	c.KV = failing{c.KV, func(kv context.Context) error {
		leave()
		<-kv.Done()
		return kv.Err()
	}}
	p, err := native.New(context.Background(), newEngine(t), tck.Guest, native.Options{Name: "conformance", Capabilities: c, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	get := tck.Command{Func: hostabi.FuncKVGet, In: [2]string{"a"}}
	h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{
		{Func: hostabi.FuncStreamFlush, Number: hostabi.StreamResponse}, get, get})}})
	var f *hostabi.Failure
	if _, err := p.Call(ctx, hostabi.Integrate, h); !errors.As(err, &f) || f.Reason != hostabi.Canceled {
		t.Errorf("the call ended with %v, want that it was canceled", err)
	}
}
