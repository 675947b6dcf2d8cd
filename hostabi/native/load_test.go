package native_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
)

func TestLoadsThatFailSayWhy(t *testing.T) {
	e := newEngine(t)
	component := []byte("\x00asm\x0d\x00\x01\x00")
	broken := append([]byte{}, guest(t, "moods")...)
	broken[len(broken)/2] ^= 0xff
	tests := []struct {
		name  string
		wasm  []byte
		o     native.Options
		want  string // part of the text
		cause error
	}{
		{"configuration refused with a text", guest(t, "moods"), native.Options{Config: []byte(`{"mood":"e"}`)},
			"configuration refused: no such mood", engine.ErrStart},
		{"configuration refused with a code", guest(t, "moods"), native.Options{Config: []byte(`{"mood":"n"}`)},
			"configuration refused: EINVAL", hostabi.EINVAL},
		{"configuration answered strangely", guest(t, "moods"), native.Options{Config: []byte(`{"mood":"o"}`)},
			"portico_configure answered 7, which means nothing", engine.ErrStart},
		{"configuration that traps", guest(t, "moods"), native.Options{Config: []byte(`{"mood":"t"}`)},
			"portico_configure: trap", engine.ErrTrap},
		{"configuration that never ends", guest(t, "moods"), native.Options{Config: []byte(`{"mood":"l"}`), StartTimeout: 50 * time.Millisecond},
			"portico_configure: deadline exceeded", engine.ErrDeadline},
		{"a component", component, native.Options{}, "it is a component; build a core module instead", engine.ErrRefused},
		{"text", []byte("(module)"), native.Options{}, "give the binary form", engine.ErrRefused},
		{"nothing", nil, native.Options{}, "it is not WebAssembly", engine.ErrRefused},
		{"broken bytes", broken, native.Options{}, "", nil},
		{"another kind of module", []byte("\x00asm\x01\x00\x00\x00"), native.Options{}, "does not export portico_abi_v1", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Name = "bad"
			p, err := native.New(context.Background(), e, tt.wasm, tt.o)
			if err == nil {
				p.Close()
				t.Fatal("it was loaded")
			}
			var l *native.LoadError
			if !errors.As(err, &l) || l.Plugin != "bad" {
				t.Errorf("the error is %T: %v", err, err)
			}
			if !strings.HasPrefix(err.Error(), `plugin "bad": `) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("%v is not %v", err, tt.cause)
			}
		})
	}
}

func TestAGoodConfigurationIsReadByEveryInstance(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{Config: []byte(`{"mood":"fine"}`), Fresh: true})
	for range 3 {
		if answer, err := p.Call(context.Background(), hostabi.Authorize, about("/a")); answer != hostabi.AnswerAllow || err != nil {
			t.Errorf("got %d, %v", answer, err)
		}
	}
	if s := p.Stats(); s.Instances.Created < 3 {
		t.Errorf("%d fresh instances for 3 calls", s.Instances.Created)
	}
	if !strings.HasPrefix(p.Digest(), "sha256:") || p.Name() != "moods" {
		t.Errorf("%s has the digest %s", p.Name(), p.Digest())
	}
}

func TestDefineIsForOnceOnly(t *testing.T) {
	if err := native.Define(newEngine(t)); err == nil {
		t.Error("a second Define passed")
	}
}

func TestWithoutDefineModulesAreRefused(t *testing.T) {
	e, err := engine.New(engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	if _, err := native.New(context.Background(), e, guest(t, "authorizer"), native.Options{Name: "a"}); !errors.Is(err, engine.ErrRefused) {
		t.Errorf("got %v, want %v", err, engine.ErrRefused)
	}
}
