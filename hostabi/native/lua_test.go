package native_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// luaSource is where sdk/lua/fetch.sh puts the source of Lua.
const luaSource = "../../.tools/lua/src"

// luaGuest makes a plugin of a script. The first call compiles the interpreter.
func luaGuest(t *testing.T, script string) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("building Lua takes seconds")
	}
	clang := need(t, "clang-22", "clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32")
	if _, err := os.Stat(filepath.Join(luaSource, "lua.h")); err != nil {
		missing(t, "source of Lua in .tools/lua; sh sdk/lua/fetch.sh .tools/lua gets it")
	}
	luaBuild.Lock()
	defer luaBuild.Unlock()
	out := filepath.Join(t.TempDir(), "guest.wasm")
	for _, file := range []string{"build.sh", "engine.c", "setjmp.c", "include/setjmp.h", script} {
		if _, err := os.Stat(filepath.Join("../../sdk/lua", file)); err != nil { // so that go test knows of it
			t.Fatal(err)
		}
	}
	c := exec.Command("sh", "../../sdk/lua/build.sh", luaSource, "../../sdk/lua/"+script, out)
	c.Env = append(os.Environ(), "CLANG="+clang)
	if b, err := c.CombinedOutput(); err != nil || len(b) > 0 {
		t.Fatalf("build.sh: %v\n%s", err, b)
	}
	wasm, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

var luaBuild sync.Mutex

func loadLua(t *testing.T, script string, o native.Options) *native.Plugin {
	t.Helper()
	o.Name = "script"
	p, err := native.New(context.Background(), newEngine(t), luaGuest(t, script), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestAnAuthorizerInLua(t *testing.T) {
	p := loadLua(t, "examples/authorizer.lua", native.Options{})
	if p.Has(hostabi.MapRequest) || p.Has(hostabi.Integrate) {
		t.Error("it is more than an authorizer")
	}
	for token, want := range map[string]int32{
		"Bearer letmein": hostabi.AnswerAllow, "Bearer guess": hostabi.AnswerDeny,
		"Basic x": hostabi.AnswerUnauthorized, "": hostabi.AnswerUnauthorized,
	} {
		h := bearer(token)
		got, err := p.Call(context.Background(), hostabi.Authorize, h)
		if got != want || err != nil {
			t.Errorf("%q gave %d, %v, want %d", token, got, err, want)
		}
		principal, entries := h.Decision()
		if allowed := principal == "guest" && slices.Equal(entries, []tck.Value{{Key: "tier", Value: "gold"}}); allowed != (want == hostabi.AnswerAllow) {
			t.Errorf("%q is %q with %v", token, principal, entries)
		}
	}
}

func TestMappersInLua(t *testing.T) {
	p := loadLua(t, "examples/mapper.lua", native.Options{})
	post := tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldMethod: "POST"},
		Header:         hostabi.Header{{Name: "Content-Type", Value: "Application/JSON; charset=utf-8"}},
		ResponseHeader: hostabi.Header{{Name: "Server", Value: "secret"}},
		Params:         map[hostabi.Source][]hostabi.Field{hostabi.SourceStageVariable: {{Name: "version", Value: "7"}}}}
	h := tck.NewHost(post)
	for _, k := range []hostabi.Kind{hostabi.MapRequest, hostabi.MapResponse} {
		if got, err := p.Call(context.Background(), k, h); got != hostabi.AnswerContinue || err != nil {
			t.Errorf("%s gave %d, %v", k, got, err)
		}
		h.NextCall()
	}
	if got := h.Header(true); !slices.Equal(got, hostabi.Header{{Name: "x-version", Value: "7"}}) {
		t.Errorf("the response has %v", got)
	}

	post.Header = nil
	h = tck.NewHost(post)
	got, err := p.Call(context.Background(), hostabi.MapRequest, h)
	if body, _, _ := h.Body(true); got != hostabi.AnswerRespond || err != nil || h.Status() != 415 || string(body) != "send JSON\n" {
		t.Errorf("without a type it gave %d, %v, %d, %q", got, err, h.Status(), body)
	}
}

// What a script does wrong ends with an error that is logged, and the next
// call is served.
func TestALuaScriptThatMisbehaves(t *testing.T) {
	var r record
	p := loadLua(t, "test/moods.lua", native.Options{Log: r.logger(slog.LevelInfo), Instances: 1, Config: []byte(`{"a":1}`)})
	for _, tt := range []struct {
		path   string
		answer int32 // 1: what the script expected has come
		fails  hostabi.Reason
		logs   string
	}{
		{"/error", 0, hostabi.Answered, "moods.lua:4: on purpose\\nstack traceback:"},
		{"/caught", 1, 0, ""},
		{"/gateway", 0, hostabi.Answered, "set_header: the gateway answered -4"},
		{"/recursion", 1, 0, ""},
		{"/memory", 1, 0, ""},
		{"/long", 1, 0, ""},
		{"/coroutine", 1, 0, ""},
		{"/sandbox", 1, 0, ""},
		{"/loop", 0, hostabi.TimedOut, ""},
		{"/caught", 1, 0, ""},
	} {
		t.Run(tt.path, func(t *testing.T) {
			r.reset()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			if tt.fails == hostabi.TimedOut {
				ctx, cancel = context.WithTimeout(context.Background(), 100*time.Millisecond)
			}
			defer cancel()
			h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldPath: tt.path},
				Header: hostabi.Header{{Name: "X-Long", Value: strings.Repeat("x", 5000)}}})
			got, err := p.Call(ctx, hostabi.MapRequest, h)
			var f *hostabi.Failure
			if errors.As(err, &f) != (tt.fails != 0) || f != nil && f.Reason != tt.fails || f == nil && got != tt.answer {
				t.Errorf("it gave %d, %v", got, err)
			}
			if log := strings.Join(r.lines(), "\n"); !strings.Contains(log, tt.logs) {
				t.Errorf("logged %s, want %s in it", log, tt.logs)
			}
		})
	}
	if _, err := p.Call(context.Background(), hostabi.Authorize, bearer("")); err == nil {
		t.Error("an answer that is none was taken")
	}
	h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "q", Value: "?"}}}})
	_, err := p.Call(context.Background(), hostabi.Integrate, h)
	if body, _, _ := h.Body(true); err != nil || h.Status() != 201 || string(body) != `{"a":1}?nil` {
		t.Errorf("integrate gave %v, %d, %s", err, h.Status(), body)
	}
}

func TestALuaScriptThatDoesNotCompileIsNotLoaded(t *testing.T) {
	_, err := native.New(context.Background(), newEngine(t), luaGuest(t, "test/broken.lua"), native.Options{Name: "script"})
	if err == nil || !strings.Contains(err.Error(), "broken.lua:2: unfinished string near '\"allow'") {
		t.Errorf("the load gave %v", err)
	}
}

func TestALuaGuestsMemoryStaysFlat(t *testing.T) {
	h := &plain{Host: bearer("Bearer guess")}
	flat(t, luaGuest(t, "examples/authorizer.lua"), hostabi.Authorize, native.Options{}, func() hostabi.Host { return h }, steady{Memory: 7 << 16})
}

func TestTheReadmeOfLuaShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("../../sdk/lua/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```lua\n")
	shown, _, _ := strings.Cut(rest, "```")
	example, err := os.ReadFile("../../sdk/lua/examples/authorizer.lua")
	if err != nil {
		t.Fatal(err)
	}
	if shown != string(example) {
		t.Errorf("the README shows\n%s\nthe example is\n%s", shown, example)
	}
}
