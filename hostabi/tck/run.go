package tck

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// Guest is the conformance guest in WebAssembly text, guest.wat, as a module.
//
//go:embed guest.wasm
var Guest []byte

// GuestMemory is the size of Guest's memory in bytes.
const GuestMemory = 25 << 16

// Subject is what is put to the test: a guest, an adapter, or a host.
type Subject struct {
	// Load makes a plugin of a conformance guest with a configuration. The
	// error of a guest that refuses its configuration has the guest's text.
	// Its log takes warnings: lines that go nowhere do not count. The plugin is
	// never closed by the suite.
	Load func(t *testing.T, config []byte) (hostabi.Plugin, error)

	// Capabilities are those that Load grants. Run fills them; what they must
	// hold before is with the constants of this package.
	Capabilities hostabi.Capabilities

	// Peer is the URL of the server whose handler is [Peer], without a path;
	// "" means PeerURL, where that of [NewCapabilities] is.
	Peer string

	// Deny loads the guest without one of the capabilities, which it imports all:
	// the error names the import module and says what to write. nil leaves that
	// out, for guests that import nothing by themselves.
	Deny func(t *testing.T, c hostabi.Capability) error

	// Memory is the size of the guest's memory in bytes if it is known and
	// does not change: then pointers around its end are tried too.
	Memory uint32

	// NoPointers says that the guest's language has none: steps that pass
	// pointers outside of memory are left out and counted, and cases of nothing
	// else skipped by name.
	NoPointers bool

	// NewHost makes the gateway's side; nil means NewHost of this package.
	NewHost func(Setup) Probe
}

// Run runs every case against a subject. Each is a subtest named by what it is
// about ("core", or a capability), the kind of call and a sentence: what passes
// where is counted by the first.
func Run(t *testing.T, s Subject) {
	if s.NewHost == nil {
		s.NewHost = func(setup Setup) Probe { return NewHost(setup) }
	}
	if s.Peer == "" {
		s.Peer = PeerURL
	}
	if err := fill(s.Capabilities); err != nil {
		t.Fatal(err)
	}
	plugin, err := s.Load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k := hostabi.Authorize; int(k) < hostabi.Kinds; k++ {
		if !plugin.Has(k) {
			t.Fatalf("the conformance guest has no kind %s", k)
		}
	}
	if s.Deny != nil {
		for c := range hostabi.Capability(hostabi.CapabilityCount) {
			t.Run(c.String()+"/load/is refused where it is not granted", func(t *testing.T) {
				err := s.Deny(t, c)
				if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", c.Module())) || !strings.Contains(err.Error(), "capabilities = [") {
					t.Errorf("loading without %s gave %v", c, err)
				}
			})
		}
	}
	for _, c := range cases(s) {
		t.Run(c.group()+"/"+c.kind.String()+"/"+c.name, func(t *testing.T) {
			if s.NoPointers {
				less := c.withoutPointers()
				if left := len(c.steps) - len(less.steps); left > 0 {
					t.Logf("%d of %d steps pass pointers, which the language does not have", left, len(c.steps))
					if len(less.steps) == 0 {
						t.Skip("nothing is left of it")
					}
				}
				c = less
			}
			c.run(t, s, plugin)
		})
	}
}

// testCase is one call into the guest.
type testCase struct {
	name    string
	kind    hostabi.Kind
	setup   Setup
	used    hostabi.Usage // by earlier calls in the request
	answer  int32
	fails   hostabi.Reason // of the failure that the call must end with
	stopped bool           // by that, so that there is no report
	steps   []step
	check   func(t *testing.T, p Probe) // nil: nothing more to look at
}

// step is a command and what it must answer.
type step struct {
	Command
	want    int64
	atLeast bool    // want is a lower bound
	among   []int64 // other answers that are as good
	buffer  string  // what the buffer must hold, up to Keep
	random  bool    // buffer is what it must not hold
}

// group is the first capability that the case uses, "core" without one.
func (c testCase) group() string {
	for _, s := range c.steps {
		if capability, _, ok := strings.Cut(s.Func, "."); ok {
			return capability
		}
	}
	return "core"
}

// withoutPointers is the case less the steps that pass pointers of their own.
func (c testCase) withoutPointers() testCase {
	c.steps = slices.DeleteFunc(slices.Clone(c.steps), func(s step) bool { return s.Fault&7 != 0 })
	return c
}

func (c testCase) run(t *testing.T, s Subject, plugin hostabi.Plugin) {
	t.Helper()
	commands := make([]Command, len(c.steps))
	for i := range c.steps {
		commands[i] = c.steps[i].Command
	}
	var results []Result
	if c.kind == hostabi.Configure {
		_, err := s.Load(t, EncodeConfig(int32(hostabi.EINVAL), commands))
		if results, err = DecodeError(err, len(commands)); err != nil {
			t.Fatal(err)
		}
		c.compare(t, results)
		return
	}
	setup := c.setup
	setup.Scratch = map[string][]byte{plugin.Name(): Encode(c.answer, commands)}
	host := s.NewHost(setup)
	host.SetUsage(plugin.Name(), c.used)
	answer, err := plugin.Call(context.Background(), c.kind, host)
	var f *hostabi.Failure
	switch {
	case c.fails == 0 && err != nil:
		t.Fatal(err)
	case c.fails != 0 && (!errors.As(err, &f) || f.Reason != c.fails || f.Kind != c.kind || f.Plugin != plugin.Name()):
		t.Errorf("the call gave %d, %v, want the failure %q", answer, err, c.fails)
	case c.fails == 0 && answer != c.answer:
		t.Errorf("the guest answered %d, want %d", answer, c.answer)
	}
	if c.stopped {
		return
	}
	report := host.Scratch(plugin.Name())
	if host.Flushed() {
		body, _, _ := host.Body(true)
		report = body[min(len(flushedBody), len(body)):]
	}
	if results, err = Decode(report, len(commands)); err != nil {
		t.Fatal(err)
	}
	c.compare(t, results)
	if c.check != nil {
		c.check(t, host)
	}
}

func (c testCase) compare(t *testing.T, results []Result) {
	t.Helper()
	for i, r := range results {
		st := c.steps[i]
		good := r.Value == st.want || st.atLeast && r.Value > st.want
		for _, v := range st.among {
			good = good || r.Value == v
		}
		if !good {
			t.Errorf("step %d: %s = %s, want %s", i, describe(st.Command), value(r.Value), value(st.want))
		}
		if want := st.buffer; (r.Buffer != want) != st.random {
			t.Errorf("step %d: %s left %q in the buffer, want %q", i, describe(st.Command), short(r.Buffer), short(want))
		}
	}
}

func describe(c Command) string {
	s := fmt.Sprintf("%s(number %d, mask %#x, %q, %q, cap %d)", c.Func, c.Number, c.Mask, short(c.In[0]), short(c.In[1]), c.Cap)
	if c.Fault != 0 {
		s += fmt.Sprintf(" with pointer %#x", c.At)
	}
	return s
}

func value(v int64) string {
	if v < 0 {
		return hostabi.Code(v).Error()
	}
	return fmt.Sprint(v)
}

func short(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// untouched is a buffer that nothing was written to.
func untouched(n int) string { return strings.Repeat(string([]byte{filler}), n) }
