package plugin

import (
	"errors"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// grants counts what becomes of grants.
type grants struct{ acquired, active, released int }

func (g *grants) Capabilities() hostabi.Capabilities { return hostabi.Capabilities{} }
func (g *grants) Activate()                          { g.active++ }
func (g *grants) Release()                           { g.released++ }

// parse reads as the other parse does, with a grant for every plugin; "refuse" has it fail.
func (g *grants) parse(file string, src []byte) (Settings, error) {
	refuse := string(src) == "refuse"
	if refuse {
		src = nil
	}
	s, err := parse(file, src)
	s.Grant = func() (Grant, error) {
		if refuse {
			return nil, errors.New("the grant cannot be")
		}
		g.acquired++
		return g, nil
	}
	return s, err
}

func TestAGrantLivesAsLongAsItsVersion(t *testing.T) {
	var g grants
	s := newScene(t, Options{Parse: g.parse}, "a.wasm", "1", "b.wasm", "broken", "c.wasm", "1", "c.toml", "refuse")
	first := s.load("a")
	second := s.load("a") // shares the version
	s.get(first, "a").Activate()
	if want := (grants{acquired: 1, active: 1}); g != want {
		t.Errorf("while it lives %+v, want %+v", g, want)
	}
	first.Close()
	if g.released != 0 {
		t.Error("it is released while another set has it")
	}
	second.Close()
	if want := (grants{acquired: 1, active: 1, released: 1}); g != want {
		t.Errorf("when it is closed %+v, want %+v", g, want)
	}

	s.factory.broken = map[string]error{"broken": errors.New("no guest")}
	if _, err := s.Load(t.Context(), []string{"b"}); err == nil || !strings.Contains(err.Error(), "plugins/b.wasm: no guest") {
		t.Errorf("a plugin that cannot be built gave %v", err)
	}
	if g.acquired != 2 || g.released != 2 {
		t.Errorf("a plugin that cannot be built leaves %+v", g)
	}
	if _, err := s.Load(t.Context(), []string{"c"}); err == nil || !strings.Contains(err.Error(), "plugins/c.toml: the grant cannot be") {
		t.Errorf("a grant that fails gave %v", err)
	}
}
