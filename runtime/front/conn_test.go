package front

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Above the limit a client waits until a connection closes.
func TestMaxConnections(t *testing.T) {
	_, addr := start(t, Options{MaxConnections: 2}, func(_ context.Context, x *exchange.Exchange) { answer(x, 200, "ok") })
	const keep = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	open := func() (net.Conn, *bufio.Reader) {
		c := dial(t, addr)
		io.WriteString(c, keep)
		return c, bufio.NewReader(c)
	}
	first, r1 := open()
	_, r2 := open()
	readAnswer(t, r1)
	readAnswer(t, r2)
	third, r3 := open()
	third.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := r3.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the third connection got %v, want to wait", err)
	}
	third.SetReadDeadline(time.Now().Add(patience))
	first.Close()
	if status, _ := readAnswer(t, bufio.NewReader(third)); status != 200 {
		t.Errorf("status %d after a place came free, want 200", status)
	}
}

func TestShutdownAtTheLimit(t *testing.T) {
	s, addr := start(t, Options{MaxConnections: 1}, func(_ context.Context, x *exchange.Exchange) { answer(x, 200, "ok") })
	c := dial(t, addr)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	readAnswer(t, bufio.NewReader(c))
	within(t, "Shutdown", func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestProxyProtocol(t *testing.T) {
	v2 := "\r\n\r\n\x00\r\nQUIT\n" + "\x21\x11\x00\x0c" + "\xc6\x33\x64\x07" + "\x0a\x00\x00\x01" + "\x10\x00" + "\x00\x50"
	v2local := "\r\n\r\n\x00\r\nQUIT\n" + "\x20\x00\x00\x00"
	const v1 = "PROXY TCP4 198.51.100.7 10.0.0.1 4096 80\r\n"
	const v6 = "PROXY TCP6 2001:db8::7 2001:db8::1 4096 443\r\n"
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	tests := []struct {
		name    string
		mode    ProxyMode
		trusted []netip.Prefix
		header  string
		want    string // peer and port, or the beginning of the answer
	}{
		{"version 1", ProxyAccept, trusted, v1, "198.51.100.7 80"},
		{"version 1 over IPv6", ProxyAccept, trusted, v6, "2001:db8::7 443"},
		{"version 2", ProxyAccept, trusted, v2, "198.51.100.7 80"},
		{"version 2 from the proxy itself", ProxyAccept, trusted, v2local, "127.0.0.1 own"},
		{"version 1 of an unknown client", ProxyAccept, trusted, "PROXY UNKNOWN\r\n", "127.0.0.1 own"},
		{"no header where it may be missing", ProxyAccept, trusted, "", "127.0.0.1 own"},
		{"a header from an untrusted source", ProxyAccept, nil, v1, "HTTP/1.1 400"},
		{"no header from an untrusted source", ProxyAccept, nil, "", "127.0.0.1 own"},
		{"a required header", ProxyRequire, trusted, v1, "198.51.100.7 80"},
		{"a required header is missing", ProxyRequire, trusted, "", "HTTP/1.1 400"},
		{"an untrusted source where a header is required", ProxyRequire, nil, v1, "closed"},
		{"a header that nobody expects", ProxyOff, trusted, v1, "HTTP/1.1 400"},
		{"a broken header", ProxyAccept, trusted, "PROXY TCP4 a b c d\r\n", "HTTP/1.1 400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, addr := start(t, Options{ProxyProtocol: tt.mode, Trusted: tt.trusted}, func(_ context.Context, x *exchange.Exchange) {
				answer(x, 200, x.Request.Peer.Addr().String()+" "+x.Request.Port)
			})
			c := dial(t, addr)
			io.WriteString(c, tt.header+get)
			b, _ := io.ReadAll(c)
			got := string(b)
			if _, body, ok := strings.Cut(got, "\r\n\r\n"); ok && strings.HasPrefix(got, "HTTP/1.1 200") {
				got = body
			}
			port := addr[strings.LastIndex(addr, ":")+1:]
			if got == "" {
				got = "closed"
			}
			if !strings.HasPrefix(got, strings.Replace(tt.want, "own", port, 1)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A client behind a proxy can still end its sending side, and upgrade.
func TestProxyProtocolUpgrade(t *testing.T) {
	opts := Options{ProxyProtocol: ProxyRequire, HeaderTimeout: -1, Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	_, addr := start(t, opts, echo)
	c := dial(t, addr)
	io.WriteString(c, "PROXY TCP4 198.51.100.7 10.0.0.1 4096 80\r\n"+upgradeRequest+"hello")
	c.(*net.TCPConn).CloseWrite()
	b, err := io.ReadAll(c)
	if err != nil || !strings.HasSuffix(string(b), "\r\n\r\nhello") {
		t.Errorf("got %q, %v, want an echo", b, err)
	}
}

func TestListenUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	startOn(t, l, Options{}, func(_ context.Context, x *exchange.Exchange) {
		answer(x, 200, x.Request.Peer.String()+x.Request.Port)
	})
	if _, err := Listen("unix:" + path); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second Listen gave %v, want %v", err, syscall.EADDRINUSE)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, get)
	if _, body := readAnswer(t, bufio.NewReader(c)); body != "127.0.0.1:0" {
		t.Errorf("peer %q, want 127.0.0.1:0", body)
	}
}

func TestListenReplacesStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	old, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	old.(*net.UnixListener).SetUnlinkOnClose(false) // as a killed process leaves it
	old.Close()
	l, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close the socket is still there: %v", err)
	}
}

func TestListenKeepsOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Listen("unix:" + path)
	want := "listen on unix:" + path + ": the file there is no socket"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("the file holds %q", b)
	}
	if _, err := Listen("unix:" + path + "/below"); err == nil {
		t.Error("a path below a file was listened on")
	}
}
