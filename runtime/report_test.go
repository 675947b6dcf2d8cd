package runtime_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/portico-gateway/portico/runtime"
	"github.com/portico-gateway/portico/runtime/config"
)

// TestEveryMistakeAtOnce: a plugin that cannot be loaded does not hide the
// mistakes that other mechanisms see, nor they it.
func TestEveryMistakeAtOnce(t *testing.T) {
	dir := files(t, `
[apis.a]
protocol = "rest"
[apis.a.authorizers.who]
type = "token"
plugin = "absent"
[[apis.a.routes]]
route = "GET /same"
authorizer = "who"
integration = { type = "mock" }
[[apis.a.routes]]
route = "GET /same"
integration = { type = "mock" }
[[apis.a.routes]]
route = "GET /{a}{b}"
integration = { type = "mock" }
`)
	_, err := runtime.Open(context.Background(), runtime.Options{File: filepath.Join(dir, "gateway.toml")})
	var list *config.Errors
	if !errors.As(err, &list) {
		t.Fatalf("got %v, want a list of mistakes", err)
	}
	var got []string
	for _, e := range list.List() {
		got = append(got, e.Key)
	}
	want := []string{"apis.a.authorizers.who.plugin", "apis.a.routes[1].route", "apis.a.routes[2].route"}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("mistakes at %q, want %q:\n%v", got, want, err)
	}
}

// TestReloadOfTheSameFile: a reload reports what has changed and nothing else,
// also of settings that are kept behind a pointer.
func TestReloadOfTheSameFile(t *testing.T) {
	t.Setenv("PORTICO_TEST_TOKEN", "secret")
	file := filepath.Join(t.TempDir(), "gateway.toml")
	write(t, file, `
[server]
admin_token = { env = "PORTICO_TEST_TOKEN" }
[plugins]
cache = "off"
[apis.a]
protocol = "http"
`)
	g, err := runtime.Open(context.Background(), runtime.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	r, err := g.Reload(context.Background())
	if err != nil || !slices.Equal(r.Changes, []string{"nothing changed"}) {
		t.Errorf("changes %q, %v, want nothing changed", r.Changes, err)
	}
}
