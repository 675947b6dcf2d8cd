package plugin

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/hostabi/tck"
)

const (
	allow = "export function authorize() { return true; }\n"
	deny  = "export function authorize() { return false; }\n"
)

// scripts is a scene whose plugins are built by an engine.
func scripts(t *testing.T) *scene {
	e, err := engine.New(engine.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, e.Close()) })
	must(t, Define(e))
	return newScene(t, Options{Engine: e})
}

func decide(t *testing.T, p hostabi.Plugin) int32 {
	t.Helper()
	answer, err := p.Call(context.Background(), hostabi.Authorize, tck.NewHost(tck.Setup{Event: []byte(`{}`)}))
	must(t, err)
	return answer
}

func TestAScriptIsAPlugin(t *testing.T) {
	s := scripts(t)
	s.write("gate.js", allow)
	s.write("idle.js", "exports.mapRequest = () => {}; exports.handler = () => {};")
	s.write("bad.js", "export function authorize() {\n  retur n true;\n}\n")
	set, err := s.Load(t.Context(), []string{"gate"})
	must(t, err)
	defer set.Close()
	p, _ := set.Get("gate")
	if decide(t, p) != hostabi.AnswerAllow || p.Has(hostabi.Integrate) || !strings.HasPrefix(p.Lacks(hostabi.Integrate), "it does not export handler") {
		t.Errorf("it has integrate: %v, %s", p.Has(hostabi.Integrate), p.Lacks(hostabi.Integrate))
	}
	want := map[string]struct {
		state   State
		kinds   []string
		problem string
	}{
		"gate": {Loaded, []string{"authorize"}, ""},
		"idle": {Unused, []string{"authorize", "map_request", "integrate"}, ""},
		"bad":  {Broken, nil, s.file("bad", ".js") + ":2:9: SyntaxError: expecting ';'"},
	}
	for _, st := range s.Status() {
		w := want[st.Name]
		if st.State != w.state || !slices.Equal(st.Kinds, w.kinds) && len(st.Kinds)+len(w.kinds) > 0 || st.File != s.file(st.Name, ".js") ||
			w.problem != strings.Join(st.Problems, "\n") {
			t.Errorf("%s: %+v, want %+v", st.Name, st, w)
		}
	}
}

func TestABrokenScriptChangesNothing(t *testing.T) {
	s := scripts(t)
	s.write("gate.js", allow)
	set, err := s.Load(t.Context(), []string{"gate"})
	must(t, err)
	defer set.Close()
	s.write("gate.js", "export function authorize() {\n  if (\n}\n")
	if _, err := s.Load(t.Context(), []string{"gate"}); err == nil || err.Error() != s.file("gate", ".js")+":3:1: SyntaxError: unexpected token in expression: '}'" {
		t.Errorf("a broken script: %v", err)
	}
	if p, _ := set.Get("gate"); decide(t, p) != hostabi.AnswerAllow {
		t.Error("the old one does not allow any more")
	}
	s.write("gate.js", deny)
	next, err := s.Load(t.Context(), []string{"gate"})
	must(t, err)
	defer next.Close()
	if p, _ := next.Get("gate"); decide(t, p) != hostabi.AnswerDeny {
		t.Error("the new one is not there")
	}
}

func TestAModuleAndAScriptOfOneNameAreRefused(t *testing.T) {
	s := scripts(t)
	s.write("gate.js", allow)
	s.write("gate.wasm", "")
	want := s.file("gate", ".js") + ": a plugin is one of the two: there is gate.wasm beside it; remove or rename one"
	if _, err := s.Load(t.Context(), []string{"gate"}); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestADigestPinHoldsForAScript(t *testing.T) {
	s := scripts(t)
	s.write("gate.js", allow)
	s.write("gate.toml", "digest "+digestOf([]byte(deny)))
	if _, err := s.Load(t.Context(), []string{"gate"}); err == nil || !strings.HasPrefix(err.Error(), s.file("gate", ".js")+": "+ErrDigest.Error()) {
		t.Errorf("another digest: %v", err)
	}
	s.write("gate.toml", "digest "+digestOf([]byte(allow)))
	set, err := s.Load(t.Context(), []string{"gate"})
	must(t, err)
	set.Close()
}

// The engine is compiled once, whatever comes and goes.
func TestScriptsShareOneEngine(t *testing.T) {
	s := scripts(t)
	for _, name := range []string{"a", "b"} {
		s.write(name+".js", allow)
		set, err := s.Load(t.Context(), []string{name})
		must(t, err)
		set.Close()
	}
	if m := s.held.module; m == nil || m.Digest() != digestOf(javascript.Engine) {
		t.Error("the engine is not held")
	}
}

func TestWatchSeesScripts(t *testing.T) {
	s := scripts(t)
	s.write("gate.js", allow)
	set, err := s.Load(t.Context(), []string{"gate"})
	must(t, err)
	set.Close()
	w := s.watch()
	s.write("gate.js", deny)
	w.report()
}
