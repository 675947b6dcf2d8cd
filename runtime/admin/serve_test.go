package admin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// serve runs Serve until the test ends.
func serve(t *testing.T, address string, o Options) (at string) {
	t.Helper()
	l, err := Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve = %v, want nil", err)
		}
	})
	if strings.HasPrefix(address, unixPrefix) {
		return address
	}
	return l.Addr().String()
}

func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "a") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "portico.sock")
}

func TestReloadThroughTheListener(t *testing.T) {
	want := Result{Snapshot: 3, Changes: []string{"plugin a changed"}, Restart: []string{"server.listen"}, Took: time.Millisecond}
	for _, kind := range []string{"tcp", "tcp of version 6", "unix"} {
		t.Run(kind, func(t *testing.T) {
			address := "127.0.0.1:0"
			switch kind {
			case "unix":
				address = unixPrefix + socketPath(t)
			case "tcp of version 6":
				address = "[::1]:0"
				if l, err := net.Listen("tcp", address); err != nil {
					t.Skip("this machine has no IPv6")
				} else {
					l.Close()
				}
			}
			var failure error
			o := full()
			o.Token = token("secret")
			o.Reload = func(context.Context) (Result, error) { return want, failure }
			at := serve(t, address, o)

			got, err := Reload(t.Context(), at, "secret")
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("Reload = %+v, %v, want %+v", got, err, want)
			}
			failure = errors.Join(errors.New("one"), errors.New("two"))
			got, err = Reload(t.Context(), at, "secret")
			var rejected *ReloadError
			if !errors.As(err, &rejected) || !errors.Is(err, ErrRejected) || err.Error() != "one\ntwo" || got.Snapshot != 3 {
				t.Errorf("Reload = %+v, %v, want snapshot 3 and the problems", got, err)
			}
			_, err = Reload(t.Context(), at, "")
			if want := fmt.Sprintf("the gateway at %s answers 401: %s", at, wantsToken); err == nil || err.Error() != want {
				t.Errorf("Reload without token = %v, want %s", err, want)
			}
		})
	}
}

func TestPluginsThroughTheListener(t *testing.T) {
	o := full()
	o.Token = token("secret")
	o.Plugins = func() any {
		return []map[string]any{{"name": "session", "digest": "sha256:1", "state": "broken", "problems": []string{"one"}, "size": 3}}
	}
	at := serve(t, "127.0.0.1:0", o)
	got, err := Plugins(t.Context(), at, "secret")
	if want := []Plugin{{"session", "sha256:1", "broken", []string{"one"}}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Plugins = %+v, %v, want %+v", got, err, want)
	}
	if _, err := Plugins(t.Context(), at, ""); err == nil || err.Error() != fmt.Sprintf("the gateway at %s answers 401: %s", at, wantsToken) {
		t.Errorf("Plugins without token = %v", err)
	}
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	if _, err := Plugins(t.Context(), s.Listener.Addr().String(), ""); err == nil || !strings.HasSuffix(err.Error(), "is no control listener of a gateway (status 404)") {
		t.Errorf("Plugins of what is no gateway = %v", err)
	}
	if _, err := Plugins(t.Context(), "127.0.0.1:1", ""); err == nil || !strings.HasPrefix(err.Error(), "no answer from a gateway at 127.0.0.1:1") {
		t.Errorf("Plugins of nobody = %v", err)
	}
}

func TestReloadOfWhatIsNoGateway(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"a page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "(status 200)"},
		{"a redirect is not followed", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusTemporaryRedirect) }, "(status 307)"},
		{"JSON that says nothing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); fmt.Fprint(w, "{}") }, "(status 404)"},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "{}")
		}, "unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := httptest.NewServer(test.handler)
			defer s.Close()
			if _, err := Reload(t.Context(), s.Listener.Addr().String(), ""); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Reload = %v, want %s", err, test.want)
			}
		})
	}
	for address, want := range map[string]string{
		"127.0.0.1:1":       "no answer from a gateway at 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused",
		"unix:/nowhere/x":   "no answer from a gateway at unix:/nowhere/x: dial unix /nowhere/x: connect: no such file or directory",
		"nothing":           "no answer from a gateway at nothing: dial tcp: address nothing: missing port in address",
		"127.0.0.1:9180%zz": `admin address "127.0.0.1:9180%zz": `,
	} {
		if _, err := Reload(t.Context(), address, ""); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Reload(%q) = %v, want %s", address, err, want)
		}
	}
}

func TestWildcardAddressesAreReachedOnThisMachine(t *testing.T) {
	for address, want := range map[string]string{
		":9180": "localhost:9180", "0.0.0.0:9180": "localhost:9180", "[::]:9180": "localhost:9180",
		"10.0.0.7:9180": "10.0.0.7:9180", "[::1]:9180": "[::1]:9180",
	} {
		if to, host := target(address); to.address != want || host != want {
			t.Errorf("target(%q) = %v, %s, want %s", address, to, host, want)
		}
	}
}

func TestServeWantsATokenOffLoopback(t *testing.T) {
	l, err := Listen("0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := Serve(t.Context(), l, full()); !errors.Is(err, ErrNoToken) {
		t.Errorf("Serve = %v, want %v", err, ErrNoToken)
	}
	if err := l.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener was left open: %v", err)
	}
	o := full()
	o.Token = token("s")
	at := serve(t, "0.0.0.0:0", o)
	if _, err := Reload(t.Context(), at, "s"); err != nil {
		t.Errorf("Reload with the token: %v", err)
	}
}

func TestServeEndsWithItsListener(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := Serve(t.Context(), l, full()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve = %v, want %v", err, net.ErrClosed)
	}
}

func TestServeLetsARequestEnd(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	began, end := make(chan struct{}), make(chan struct{})
	o := full()
	o.Reload = func(context.Context) (Result, error) {
		close(began)
		<-end
		return Result{Snapshot: 9}, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := Serve(ctx, l, o); err != nil {
			t.Errorf("Serve = %v, want nil", err)
		}
	})
	wg.Go(func() {
		if r, err := Reload(context.Background(), l.Addr().String(), ""); err != nil || r.Snapshot != 9 {
			t.Errorf("Reload = %+v, %v, want snapshot 9", r, err)
		}
	})
	<-began
	cancel()
	close(end)
	wg.Wait()
}

func TestLargeHeadsAreRefused(t *testing.T) {
	at := serve(t, "127.0.0.1:0", full())
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() { // the server may stop reading
		_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("x", 2*maxHeader)+"\r\n\r\n")
	}()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 431 {
		t.Errorf("status = %d, want 431", res.StatusCode)
	}
}

func TestASocketIsPrivateAndRemoved(t *testing.T) {
	path := socketPath(t)
	old := syscall.Umask(0)
	l, err := Listen(unixPrefix + path)
	syscall.Umask(old)
	if err != nil {
		t.Fatal(err)
	}
	fi, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := fs.ModeSocket | 0o600; fi.Mode() != want {
		t.Errorf("mode = %s, want %s", fi.Mode(), want)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files beside the socket, %v, want the socket alone", len(left), err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is there after Close: %v", err)
	}
	if err := l.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second Close = %v, want %v", err, net.ErrClosed)
	}
}

func TestAStaleSocketIsReplaced(t *testing.T) {
	tests := []struct {
		name  string
		setup func(t *testing.T, path string)
		want  string // "" for success
	}{
		{"nobody answers", func(t *testing.T, path string) {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
			if err != nil {
				t.Fatal(err)
			}
			l.SetUnlinkOnClose(false)
			l.Close()
		}, ""},
		{"somebody answers", func(t *testing.T, path string) {
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
		}, "somebody listens there already; is another gateway running?"},
		{"a file", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "there is a file that is no socket; remove it or choose another path"},
		{"a link to a file", func(t *testing.T, path string) {
			if err := os.Symlink("/etc/passwd", path); err != nil {
				t.Fatal(err)
			}
		}, "there is a file that is no socket; remove it or choose another path"},
		{"a socket of datagrams", func(t *testing.T, path string) {
			c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
		}, "there is a socket, and it is not sure that nobody listens on it: dial unix PATH: connect: protocol wrong type for socket"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := socketPath(t)
			test.setup(t, path)
			before, _ := os.Lstat(path)
			l, err := Listen(unixPrefix + path)
			if test.want == "" {
				if err != nil {
					t.Fatalf("Listen = %v, want a listener", err)
				}
				if err := l.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			want := "listen on unix:" + path + ": " + strings.ReplaceAll(test.want, "PATH", path)
			if err == nil || err.Error() != want {
				t.Errorf("Listen = %v, want %s", err, want)
			}
			if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
				t.Errorf("what was there has gone: %v", err)
			}
		})
	}
}

func TestClosingASocketLeavesItsSuccessor(t *testing.T) {
	path := socketPath(t)
	first, err := Listen(unixPrefix + path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second, err := Listen(unixPrefix + path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the socket of the second listener has gone: %v", err)
	}
}

func TestASocketThatCannotBeMade(t *testing.T) {
	for _, path := range []string{"/nowhere/portico.sock", "/proc/portico.sock/x", filepath.Join(os.TempDir(), strings.Repeat("x", 120), "s"), filepath.Join(os.TempDir(), strings.Repeat("x", 300))} {
		if l, err := Listen(unixPrefix + path); err == nil {
			l.Close()
			t.Errorf("Listen(%q) gave a listener", path)
		}
	}
	if l, err := Listen("127.0.0.1:http-that-is-not"); err == nil {
		l.Close()
		t.Error("Listen on a port without number gave a listener")
	}
}
