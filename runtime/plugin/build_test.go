package plugin

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
)

func newEngine(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.New(engine.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, e.Close()) })
	must(t, native.Define(e))
	return e
}

func wat(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "guests", name+".wasm"))
	must(t, err)
	return string(b)
}

// padded is a module with a custom section of n bytes.
func padded(wasm string, n int) string {
	length := func(n int) string {
		return string([]byte{byte(n) | 0x80, byte(n>>7) | 0x80, byte(n>>14) | 0x80, byte(n>>21) & 0x7f})
	}
	return wasm + "\x00" + length(n+4) + "\x03pad" + strings.Repeat("x", n)
}

func TestNativeGuestsRun(t *testing.T) {
	allow, trap := wat(t, "allow"), wat(t, "trap")
	s := newScene(t, Options{Engine: newEngine(t)}, "allow.wasm", padded(allow, largeModule), "trap.wasm", trap, "idle.wasm", allow)
	set := s.load("allow", "trap")
	if answer, err := s.get(set, "allow").Call(t.Context(), hostabi.Authorize, nil); answer != hostabi.AnswerAllow || err != nil {
		t.Errorf("Call = %d, %v, want %d", answer, err, hostabi.AnswerAllow)
	}
	var f *hostabi.Failure
	if _, err := s.get(set, "trap").Call(t.Context(), hostabi.Authorize, nil); !errors.As(err, &f) || f.Reason != hostabi.Trapped {
		t.Errorf("Call = %v, want a trap", err)
	}
	for _, p := range s.Stats() {
		got := []uint64{p.Kinds[hostabi.Authorize].Calls, p.Kinds[hostabi.Authorize].Run.Count, p.Failures[hostabi.Trapped]}
		want := []uint64{1, 1, 0}
		if p.Name == "trap" {
			want[2] = 1
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("calls, timed and traps of %s = %d, want %d", p.Name, got, want)
		}
	}
	for _, want := range []string{`msg="compiling allow.wasm" size="205.`, `msg="compiled allow.wasm" took=`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("log lacks %q: %s", want, s.log)
		}
	}
	if strings.Contains(s.log.String(), "trap.wasm") {
		t.Errorf("a small module shows in the log: %s", s.log)
	}
	var kinds []string
	for _, st := range s.Status() {
		kinds = append(kinds, fmt.Sprint(st.Name, st.Kinds, st.State, len(st.Problems)))
	}
	if want := []string{"allow[authorize]loaded0", "idle[authorize]unused0", "trap[authorize]loaded0"}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("status = %q, want %q", kinds, want)
	}
}

func TestNativeGuestsThatCannotRunAreNamed(t *testing.T) {
	s := newScene(t, Options{Engine: newEngine(t)},
		"odd.wasm", wat(t, "odd_command"), "text.wasm", "(module)", "cut.wasm", wat(t, "allow")[:100],
		"refused.wasm", wat(t, "allow"), "refused.toml", "config "+strings.Repeat("x", 65))
	_, err := s.Load(t.Context(), []string{"odd", "text", "cut", "refused"})
	want := []string{
		"plugins/cut.wasm: module refused: ",
		"plugins/odd.wasm: it imports from \"portico_core_v1\"; a command has wasi_snapshot_preview1 alone",
		"plugins/refused.wasm: pool \"refused\": start instance: configuration refused: too long",
		"plugins/text.wasm: module refused: it is not WebAssembly; give the binary form (.wasm), not text",
	}
	var got []string
	if err != nil {
		got = strings.Split(err.Error(), "\n")
	}
	if len(got) != len(want) {
		t.Fatalf("Load = %q, want %d problems", got, len(want))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("problem %d = %q, want %q…", i, got[i], want[i])
		}
	}
}

func TestSettingsBecomeOptions(t *testing.T) {
	memory := func(pages uint32) *engine.Info { return &engine.Info{Memory: &engine.Memory{Min: pages}} }
	tests := []struct {
		name string
		s    Settings
		info *engine.Info
		want native.Options
	}{
		{"nothing is set: no wait and no breaker", Settings{}, nil,
			native.Options{QueueTimeout: -1, Breaker: engine.BreakerOptions{Failures: math.MaxInt}}},
		{"everything is set", Settings{Config: []byte("{}"), Timeout: 1, Memory: 1<<20 + 1, Instances: 2, QueueTimeout: 3, Fresh: true, Failures: 4, Window: 5, Open: 6}, memory(1),
			native.Options{Config: []byte("{}"), Timeout: 1, Limits: engine.Limits{MemoryPages: 17}, SoftMemory: 8, Instances: 2, QueueTimeout: 3, Fresh: true,
				Breaker: engine.BreakerOptions{Failures: 4, Window: 5, Backoff: 6}}},
		{"a guest that begins with most of its memory may keep it", Settings{Memory: 20 * page, QueueTimeout: time.Second, Failures: 1}, memory(9),
			native.Options{Limits: engine.Limits{MemoryPages: 20}, SoftMemory: 18, QueueTimeout: time.Second, Breaker: engine.BreakerOptions{Failures: 1}}},
		{"a guest that begins with all of its memory may keep it", Settings{Memory: 20 * page, QueueTimeout: time.Second, Failures: 1}, memory(20),
			native.Options{Limits: engine.Limits{MemoryPages: 20}, SoftMemory: 20, QueueTimeout: time.Second, Breaker: engine.BreakerOptions{Failures: 1}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := nativeOptions(test.s, test.info); !reflect.DeepEqual(got, test.want) {
				t.Errorf("options:\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestNewRefusesHalfOfItsOptions(t *testing.T) {
	for _, o := range []Options{{}, {Directory: "plugins"}} {
		if d, err := New(o); err == nil || d != nil {
			t.Errorf("New(%+v) = %v, %v, want an error", o, d, err)
		}
	}
}

func TestWithoutAParserSettingsAreRefused(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m", "b.wasm", "m", "b.toml", "")
	d, err := New(Options{Directory: "plugins", Build: s.factory.build, Quiet: quiet})
	must(t, err)
	set, err := d.Load(t.Context(), []string{"a"})
	must(t, err)
	set.Close()
	_, err = d.Load(t.Context(), []string{"b"})
	if want := "plugins/b.toml: settings of plugins are not supported here"; err == nil || err.Error() != want {
		t.Errorf("Load = %v, want %s", err, want)
	}
	must(t, d.Close())
}

func TestSizes(t *testing.T) {
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1000: "1.0 KB", 204_800: "204.8 KB", 1_800_000: "1.8 MB"} {
		if got := sizeText(n); got != want {
			t.Errorf("sizeText(%d) = %q, want %q", n, got, want)
		}
	}
}
