package examples

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/portico-gateway/portico/internal/freeport"
)

func TestKeyValue(t *testing.T) {
	url := serve(t, "key-value", "items", "", "")
	for _, test := range []struct {
		name, method, path string
		header             map[string]string
		body               string
		want               answer
	}{
		{"nothing is there yet", "GET", "/items/tea", nil, "", answer{404, `{"error":"there is no such item"}`, map[string]string{"Content-Type": "application/json"}}},
		{"an item is made", "PUT", "/items/tea", nil, `{"price":3}`, answer{201, "", nil}},
		{"and shown", "GET", "/items/tea", nil, "", answer{200, `{"price":3}`, map[string]string{"Content-Type": "application/json"}}},
		{"it is not made twice", "PUT", "/items/tea", map[string]string{"If-None-Match": "*"}, `{"price":4}`, answer{412, `{"error":"the item is not the one that you named"}`, nil}},
		{"nor changed by whom does not know it", "PUT", "/items/tea", map[string]string{"If-Match": `"x"`}, `{"price":4}`, answer{412, `{"error":"the item is not the one that you named"}`, nil}},
		{"it is changed", "PUT", "/items/tea", nil, `{"price":4}`, answer{204, "", nil}},
		{"a key may hold a slash", "PUT", "/items/te%2Fa", nil, `1`, answer{201, "", nil}},
		{"keys are listed", "GET", "/items?prefix=te&limit=1", nil, "", answer{200, `{"keys":["te/a"],"next":"te/a"}`, nil}},
		{"page by page", "GET", "/items?prefix=te&limit=1&after=te/a", nil, "", answer{200, `{"keys":["tea"]}`, nil}},
		{"what is no JSON is refused", "PUT", "/items/tea", nil, `{`, answer{400, `{"error":"an item is JSON"}`, nil}},
		{"beyond the quota there is no room", "PUT", "/items/large", nil, `"` + strings.Repeat("x", 64<<10) + `"`, answer{413, `{"error":"there is no room for this item"}`, nil}},
		{"an item is removed", "DELETE", "/items/tea", nil, "", answer{204, "", nil}},
		{"and is gone", "DELETE", "/items/tea", nil, "", answer{404, `{"error":"there is no such item"}`, nil}},
	} {
		t.Run(test.name, func(t *testing.T) { ask(t, test.method, url+test.path, test.header, test.body, test.want) })
	}
	t.Run("of clients that change one item with If-Match none overwrites another", func(t *testing.T) { count(t, url+"/items/count") })
}

// count has clients add to a number that they read, and compares it with how often
// they could.
func count(t *testing.T, url string) {
	ask(t, "PUT", url, nil, "0", answer{201, "", nil})
	var mu sync.Mutex
	added := 0
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for range 25 {
				body, etag, err := get(url)
				if err != nil {
					t.Error(err)
					return
				}
				var n int
				if _, err := fmt.Sscan(body, &n); err != nil {
					t.Error(err)
					return
				}
				status, err := put(url, fmt.Sprint(n+1), etag)
				switch {
				case err != nil:
					t.Error(err)
					return
				case status == http.StatusNoContent:
					mu.Lock()
					added++
					mu.Unlock()
				case status != http.StatusPreconditionFailed:
					t.Errorf("PUT gave %d", status)
				}
			}
		})
	}
	clients.Wait()
	if body, _, err := get(url); body != fmt.Sprint(added) || err != nil || added == 0 {
		t.Errorf("the number is %s, %v, and was changed %d times", body, err, added)
	}
}

func get(url string) (body, etag string, err error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s gave %d %s", url, resp.StatusCode, b)
	}
	return string(b), resp.Header.Get("ETag"), err
}

func put(url, body, etag string) (status int, err error) {
	r, err := http.NewRequest(http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	if etag != "" {
		r.Header.Set("If-Match", etag)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	return resp.StatusCode, nil
}

// TestKeyValueSurvives kills the gateway while clients write, starts it again, and
// finds every item that was acknowledged; then the same after a stop.
func TestKeyValueSurvives(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the gateway and starts it three times")
	}
	g := newProcess(t)
	for round, end := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		g.start()
		acknowledged := g.write(fmt.Sprint("round-", round, "-"), func() { g.end(end) })
		if len(acknowledged) == 0 {
			t.Error("nothing was acknowledged before the end")
		}
		g.start()
		for key, want := range acknowledged {
			if body, _, err := get(g.url + "/items/" + key); body != want || err != nil {
				t.Errorf("after signal %d, %s is %q, %v, want %q", end, key, body, err, want)
			}
		}
		g.end(syscall.SIGTERM)
		t.Logf("signal %d: all of %d items that were acknowledged are there", end, len(acknowledged))
	}
}

// process is the example in a gateway of its own.
type process struct {
	t           *testing.T
	binary, dir string
	url, ready  string
	cmd         *exec.Cmd
	log         strings.Builder
}

func newProcess(t *testing.T) *process {
	g := &process{t: t, dir: t.TempDir()}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	g.binary = filepath.Join(g.dir, "portico")
	for _, c := range []struct{ dir, out, target string }{{"..", g.binary, "./cmd/portico"}, {"key-value", filepath.Join(g.dir, "plugins", "items.wasm"), "."}} {
		build := exec.Command("go", "build", "-o", c.out, c.target)
		build.Dir, build.Env = c.dir, append(os.Environ(), "GOWORK=off")
		if c.target == "." {
			build.Args = append(build.Args[:2:2], append([]string{"-buildmode=c-shared"}, build.Args[2:]...)...)
			build.Env = append(build.Env, "GOOS=wasip1", "GOARCH=wasm")
		}
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	}
	settings, err := os.ReadFile(filepath.Join("key-value", "plugins", "items.toml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(g.dir, "plugins", "items.toml"), []byte(strings.Replace(string(settings), `"64KiB"`, `"16MiB"`, 1)))
	src, err := os.ReadFile(filepath.Join("key-value", "gateway.toml"))
	if err != nil {
		t.Fatal(err)
	}
	listen, admin := free(t), free(t)
	g.url, g.ready = "http://"+listen, "http://"+admin+"/readyz"
	text := strings.Replace(string(src), `listen = ":8080"`, `listen = "`+listen+"\"\nadmin = \""+admin+`"`, 1)
	write(t, filepath.Join(g.dir, "gateway.toml"), []byte(text+"\n[plugins]\ncache = \"cache\"\n"))
	return g
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	address, err := freeport.Local()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func (g *process) start() {
	g.t.Helper()
	g.log.Reset()
	g.cmd = exec.Command(g.binary, "serve", "-file", filepath.Join(g.dir, "gateway.toml"))
	g.cmd.Stdout, g.cmd.Stderr = &g.log, &g.log
	if err := g.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(g.ready)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			g.end(syscall.SIGKILL)
			g.t.Fatalf("the gateway is not ready: %v\n%s", err, g.log.String())
		}
	}
}

// end ends the gateway and waits until it is gone.
func (g *process) end(s syscall.Signal) {
	g.t.Helper()
	_ = g.cmd.Process.Signal(s)
	if err := g.cmd.Wait(); err != nil && s != syscall.SIGKILL {
		g.t.Errorf("the gateway ended with %v\n%s", err, g.log.String())
	}
	http.DefaultClient.CloseIdleConnections()
}

// write makes items from several clients until their requests fail, and calls end
// in the middle. It gives those that were acknowledged.
func (g *process) write(prefix string, end func()) map[string]string {
	var mu sync.Mutex
	acknowledged := map[string]string{}
	var clients sync.WaitGroup
	for c := range 4 {
		clients.Go(func() {
			for i := 0; ; i++ {
				key, value := fmt.Sprint(prefix, c, "-", i), fmt.Sprint(i*7)
				status, err := put(g.url+"/items/"+key, value, "")
				if err != nil || status != http.StatusCreated {
					return // it is ending
				}
				mu.Lock()
				acknowledged[key] = value
				mu.Unlock()
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	end()
	clients.Wait()
	return acknowledged
}
