package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// thaw instantiates a frozen module without calling anything.
func thaw(t *testing.T, wasm []byte) api.Module {
	t.Helper()
	ctx := t.Context()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { _ = r.Close(context.Background()) })
	m, err := r.CompileModule(ctx, wasm)
	if err != nil {
		t.Fatal(err)
	}
	var failure error
	if err := host(ctx, r, m, nil, &failure); err != nil {
		t.Fatal(err)
	}
	i, err := r.InstantiateModule(ctx, m, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func frozen(t *testing.T, files ...string) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for n, text := range files {
		name := filepath.Join(dir, string(rune('a'+n))+".js")
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	to := filepath.Join(dir, "engine.wasm")
	if err := freeze("testdata/small.wasm", names, to); err != nil {
		return nil, err
	}
	return os.ReadFile(to)
}

func TestAFrozenModuleBeginsAsItWasLeft(t *testing.T) {
	wasm, err := frozen(t, "one();\n", "two();\n")
	if err != nil {
		t.Fatal(err)
	}
	m := thaw(t, wasm)
	if m.ExportedFunction(exportInitialize) != nil || m.ExportedFunction(exportFreeze) != nil || m.ExportedFunction("peek") == nil {
		t.Error("its exports are not those that are left")
	}
	if size := m.Memory().Size(); size != 3*page {
		t.Errorf("it has %d bytes of memory, want %d", size, 3*page)
	}
	all, _ := m.Memory().Read(0, m.Memory().Size())
	if !bytes.Equal(all[:page], make([]byte, page)) {
		t.Error("the stack is not empty")
	}
	want := "(function (host) { \"use strict\";\none();\ntwo();\n})"
	if got := string(all[page : page+5]); got != "data\x01" {
		t.Errorf("the data are %q", got)
	}
	if got := string(all[65792 : 65792+len(want)]); got != want {
		t.Errorf("the library left %q, want %q", got, want)
	}
	again, err := frozen(t, "one();\n", "two();\n")
	if err != nil || !bytes.Equal(wasm, again) {
		t.Errorf("frozen again it is another: %v", err)
	}
}

func TestALibraryThatFailsIsReported(t *testing.T) {
	if _, err := frozen(t, strings.Repeat(" ", 9)+"!"); err == nil || err.Error() != "library:2:1: data" {
		t.Errorf("got %v", err)
	}
	if err := freeze("testdata/none.wasm", nil, ""); err == nil {
		t.Error("a module that is not there was frozen")
	}
	if err := freeze("testdata/small.wasm", []string{"testdata/none.js"}, ""); err == nil {
		t.Error("a library that is not there was frozen")
	}
}

func TestModulesThatCannotBeFrozen(t *testing.T) {
	head := "\x00asm\x01\x00\x00\x00"
	for name, wasm := range map[string]string{
		"a section beyond the end": head + "\x06\x7f",
		"no stack":                 head,
		"a stack of no whole page": head + "\x06\x06\x01\x7f\x01\x41\x08\x0b",
	} {
		if _, err := rewrite([]byte(wasm), make([]byte, page)); err == nil {
			t.Errorf("%s: it was rewritten", name)
		}
	}
	if _, err := exports([]byte("\x01\x05ab")); err == nil {
		t.Error("exports beyond the end were rewritten")
	}
}
