package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryLanguageHasEveryKind(t *testing.T) {
	if len(Languages()) < 4 {
		t.Errorf("the archive has %q, which are few", Names())
	}
	for _, l := range Languages() {
		for _, kind := range Kinds {
			dir := filepath.Join(t.TempDir(), "a-plugin")
			if err := New(dir, "a-plugin", kind, l); err != nil {
				t.Errorf("%s %s: %v", l.Name, kind, err)
				continue
			}
			for _, name := range []string{"README.md", "cases.toml", "a-plugin.toml", strings.ReplaceAll(l.Source, "{{name}}", "a-plugin")} {
				if !exists(filepath.Join(dir, name)) {
					t.Errorf("%s %s has no %s", l.Name, kind, name)
				}
			}
			if found, err := Of(dir); err != nil || found != l {
				t.Errorf("%s %s is taken for %v, %v", l.Name, kind, found, err)
			}
			err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				text, err := os.ReadFile(path)
				if strings.Contains(path+string(text), "{{name}}") {
					t.Errorf("%s is not filled in", path)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func TestNewRefusesNamesThatNoLanguageTakes(t *testing.T) {
	for _, name := range []string{"", "A", "1a", "a b", "a--b", "a-", "-a", "ä", "a.b", "../a", strings.Repeat("a", 65)} {
		dir := filepath.Join(t.TempDir(), "x")
		if err := New(dir, name, "mapper", golang); err == nil || exists(dir) {
			t.Errorf("New(%q) = %v, the folder is there: %v", name, err, exists(dir))
		}
	}
}

// toy is a language whose build is a shell.
func toy(t *testing.T, script string) string {
	dir := filepath.Join(t.TempDir(), "toy")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(dir, "toy.marker"), "")
	before := languages
	languages = []*Language{{Name: "toy", marker: "toy.marker", suffix: ".wasm", tools: func(string) []Missing { return nil },
		build: func(_, name string, o BuildOptions) ([]Command, error) {
			return []Command{{Env: []string{"NAME=" + name}, Args: []string{"sh", "-c", script}}}, nil
		}}}
	t.Cleanup(func() { languages = before })
	return dir
}

func save(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestABuildSaysWhatTheToolSaid(t *testing.T) {
	dir := toy(t, "echo one; echo two >&2; exit 3")
	var b *BuildError
	if _, err := Build(t.Context(), dir, BuildOptions{}); !errors.As(err, &b) || b.Output != "one\ntwo\n" ||
		!strings.HasPrefix(err.Error(), "NAME=toy sh -c ") || !strings.HasSuffix(err.Error(), ": exit status 3\none\ntwo") {
		t.Errorf("Build = %v", err)
	}
	if _, err := Build(t.Context(), toy(t, "true"), BuildOptions{}); err == nil || !strings.Contains(err.Error(), "made no ") {
		t.Errorf("a build without a result: %v", err)
	}
	languages[0].tools = func(string) []Missing { return []Missing{{"hammer", "buy one"}} }
	if _, err := Build(t.Context(), toy2(t), BuildOptions{}); !errors.Is(err, ErrTools) || !strings.HasSuffix(err.Error(), ":\nhammer is missing: buy one") {
		t.Errorf("a build without tools: %v", err)
	}
	if _, err := Build(t.Context(), t.TempDir(), BuildOptions{}); err == nil || !strings.Contains(err.Error(), "is no project of a plugin") {
		t.Errorf("a build of nothing: %v", err)
	}
}

// toy2 is another folder of the toy language.
func toy2(t *testing.T) string {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "toy.marker"), "")
	return dir
}

func TestABuildEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Build(ctx, toy(t, "exec sleep 60"), BuildOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Build = %v, want the context's error", err)
	}
}

func TestTheWatcherSeesSourcesAlone(t *testing.T) {
	dir := t.TempDir()
	w := &watcher{dir: dir}
	look := func() string {
		t.Helper()
		changed, _, err := w.look()
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(dir, changed)
		return name
	}
	for _, folder := range []string{"src", "target", ".git"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	look()
	for _, step := range []struct {
		what, file string
		want       string
	}{
		{"nothing", "", ""},
		{"a source that is new", "src/a.c", "src/a.c"},
		{"nothing more", "", ""},
		{"a change", "src/a.c", "src/a.c"},
		{"a module", "a.wasm", ""}, {"what a tool makes", "target/a", ""}, {"a hidden folder", ".git/a", ""}, {"a hidden file", ".a", ""},
		{"a backup", "a.c~", ""}, {"a lock of packages", "Cargo.lock", ""},
	} {
		if step.file != "" {
			file := filepath.Join(dir, step.file)
			old, _ := os.ReadFile(file) // it may be new
			save(t, file, string(old)+"x")
		}
		if got := look(); got != step.want {
			t.Errorf("%s: saw %q, want %q", step.what, got, step.want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "src/a.c")); err != nil {
		t.Fatal(err)
	}
	if got := look(); got != "." {
		t.Errorf("a source that is gone: saw %q, want the folder", got)
	}
}

func TestDevBuildsAtEachSave(t *testing.T) {
	dir, to := toy(t, `cat in.txt > "$NAME.wasm"; grep -q good in.txt`), t.TempDir()
	save(t, filepath.Join(dir, "in.txt"), "good 1")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	live := errors.New("refused")
	rounds := make(chan Round)
	done := make(chan error, 1)
	go func() {
		done <- Dev(ctx, DevOptions{Dir: dir, To: to, Event: func(r Round) { rounds <- r },
			Live: func(_ context.Context, file string) (string, error) {
				b, err := os.ReadFile(file)
				if strings.Contains(string(b), "3") {
					return "", live
				}
				return string(b), err
			}})
	}()
	var got []string
	for i, next := range []string{"good 2", "bad", "good 3", ""} {
		r := <-rounds
		what := filepath.Base(r.Changed) + " " + r.Note
		var b *BuildError
		switch {
		case errors.As(r.Err, &b):
			what += "fails"
		case r.Err != nil:
			what += r.Err.Error()
		case r.Live < r.Built:
			t.Errorf("round %d was live after %s, before it was built after %s", i, r.Live, r.Built)
		}
		got = append(got, what)
		if next != "" {
			save(t, filepath.Join(dir, "in.txt"), next)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Dev = %v", err)
	}
	if want := []string{". good 1", "in.txt good 2", "in.txt fails", "in.txt refused"}; !slices.Equal(got, want) {
		t.Errorf("rounds %q, want %q", got, want)
	}
	if b, err := os.ReadFile(filepath.Join(to, "toy.wasm")); err != nil || string(b) != "good 3" {
		t.Errorf("the gateway has %q, %v", b, err)
	}
	left, err := os.ReadDir(to)
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

func TestALanguageIsFoundByItsName(t *testing.T) {
	if l, err := Named("go"); err != nil || l != golang {
		t.Errorf("Named(go) = %v, %v", l, err)
	}
	if _, err := Named("cobol"); err == nil || !strings.HasPrefix(err.Error(), `there is no language "cobol"; there are `) {
		t.Errorf("Named(cobol) = %v", err)
	}
	if got := fmt.Sprint(Missing{"hammer", "buy one"}); got != "hammer is missing: buy one" {
		t.Errorf("Missing prints %q", got)
	}
}
