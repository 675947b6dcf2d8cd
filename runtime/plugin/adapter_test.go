package plugin

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestCommandsRun(t *testing.T) {
	s := newScene(t, Options{Engine: newEngine(t)}, "command.wasm", wat(t, "command"), "idle.wasm", wat(t, "command"))
	p := s.get(s.load("command"), "command")
	h := tck.NewHost(tck.Setup{Event: []byte("{}")})
	answer, err := p.Call(context.Background(), hostabi.Integrate, h)
	if answer != hostabi.AnswerResult || err != nil || string(h.Result()) != `{"statusCode":204}` {
		t.Errorf("Call = %d, %v with %s", answer, err, h.Result())
	}
	if st := s.Stats(); st[0].Kinds[hostabi.Integrate].Run.Count != 1 || st[0].Kinds[hostabi.Integrate].Calls != 1 {
		t.Errorf("stats = %+v", st[0])
	}
	for _, st := range s.Status() {
		if want := []string{"authorize", "integrate"}; !reflect.DeepEqual(st.Kinds, want) || len(st.Problems) > 0 {
			t.Errorf("%s is for %q with problems %q, want %q", st.Name, st.Kinds, st.Problems, want)
		}
	}
}

func TestWhatAPluginLacksIsSaid(t *testing.T) {
	s := newScene(t, Options{Engine: newEngine(t)}, "command.wasm", wat(t, "command"), "allow.wasm", wat(t, "allow"))
	set := s.load("command", "allow")
	for name, want := range map[string]string{
		"command": "it is a command, which can be an authorizer or an integration and no mapper",
		"allow":   "it does not export portico_map_request",
	} {
		if p := s.get(set, name); p.Has(hostabi.MapRequest) || p.Lacks(hostabi.MapRequest) != want {
			t.Errorf("%s lacks: %q, want %q", name, p.Lacks(hostabi.MapRequest), want)
		}
	}
}

func TestACommandHasNoLimitOnCapabilities(t *testing.T) {
	e, module := newEngine(t), wat(t, "command")
	for want, a := range map[string]hostabi.Allowance{
		"": {Lines: 7, Calls: 200},
		"[limits] capability_calls: a command has no capabilities; remove the key": {Capability: 5},
	} {
		s := newScene(t, Options{Engine: e, Parse: func(string, []byte) (Settings, error) { return Settings{Allowance: a}, nil }}, "command.wasm", module)
		set, err := s.Load(context.Background(), []string{"command"})
		if err == nil {
			set.Close()
		}
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("%+v: %v, want %q", a, err, want)
		}
	}
}

// program is a module that exports _start and one other function, and imports
// nothing.
func program(export string) []byte {
	return []byte("\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x05\x03\x01\x00\x01" +
		"\x07" + string(rune(23+len(export)-1)) + "\x03\x06memory\x02\x00\x06_start\x00\x00" +
		string(rune(len(export))) + export + "\x00\x00" + "\x0a\x04\x01\x02\x00\x0b")
}

func TestInspectPicksTheAdapter(t *testing.T) {
	both := []hostabi.Kind{hostabi.Authorize, hostabi.Integrate}
	type found struct {
		Adapter Adapter
		Kinds   []hostabi.Kind
		Problem string
	}
	const build = "; build it against the native ABI instead (hostabi/ABI.md)"
	tests := []struct {
		name string
		wasm []byte
		want found
	}{
		{"a library with the marker", []byte(wat(t, "allow")), found{Native, []hostabi.Kind{hostabi.Configure, hostabi.Authorize}, ""}},
		{"a program", []byte(wat(t, "command")), found{Command, both, ""}},
		{"a program that wants host functions", []byte(wat(t, "odd_command")), found{Command, both,
			`it imports from "portico_core_v1"; a command has wasi_snapshot_preview1 alone, host functions are for libraries with the marker portico_abi_v1 (hostabi/ABI.md)`}},
		{"a program and library in one", program("_initialize"), found{Command, both,
			"it exports _start and _initialize, and can be a command or a library but not both"}},
		{"a proxy-wasm filter with a start of its own", program("proxy_abi_version_0_2_1"), found{Native, nil,
			"it is a proxy-wasm filter (proxy_abi_version_0_2_1), which needs a later Portico" + build}},
		{"an http-wasm filter with a start of its own", program("handle_request"), found{Native, nil,
			"it is an http-wasm filter, which needs a later Portico" + build}},
		{"a native guest with a start of its own", program("portico_abi_v1"), found{Native, nil,
			"it exports no kind of plugin: portico_authorize, portico_map_request, portico_map_response or portico_integrate"}},
		{"a native guest of another version", program("portico_abi_v2"), found{Native, nil,
			"it has the marker portico_abi_v2 and needs a later Portico; this one has version 1 of the native ABI"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i, err := Inspect(test.wasm)
			if i == nil {
				t.Fatal(err)
			}
			got := found{i.Adapter, i.Kinds, ""}
			if err != nil {
				got.Problem = err.Error()
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("Inspect:\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
	if i, err := Inspect([]byte("(module)")); i != nil || err == nil {
		t.Errorf("Inspect of text = %v, %v", i, err)
	}
}

func TestSettingsBecomeOptionsOfACommand(t *testing.T) {
	tests := []struct {
		name string
		s    Settings
		want command.Options
	}{
		{"nothing is set: no wait and no breaker", Settings{},
			command.Options{QueueTimeout: -1, Breaker: engine.BreakerOptions{Failures: math.MaxInt}}},
		{"everything is set", Settings{Config: []byte("{}"), Timeout: 1, Memory: 1<<20 + 1, Instances: 2, QueueTimeout: 3, Fresh: true, Failures: 4, Window: 5, Open: 6},
			command.Options{Config: []byte("{}"), Timeout: 1, Limits: engine.Limits{MemoryPages: 17}, Instances: 2, QueueTimeout: 3,
				Breaker: engine.BreakerOptions{Failures: 4, Window: 5, Backoff: 6}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := commandOptions(test.s); !reflect.DeepEqual(got, test.want) {
				t.Errorf("options:\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
}
