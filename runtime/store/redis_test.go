package store

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAddressesOfRedis(t *testing.T) {
	for _, c := range []struct{ name, address, want string }{
		{"a scheme that is none", "http://user:geheim@localhost/", "address of Redis: redis: invalid URL scheme: http"},
		{"a password that breaks the URL", "redis://user:geh\x7feim@localhost/", "address of Redis: net/url: invalid control character in URL"},
		{"a port where nobody is", "127.0.0.1:1", "open store in Redis at 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"one with a password", "redis://user:geheim@127.0.0.1:1/0", "open store in Redis at 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := OpenRedis(t.Context(), c.address, Options{})
			if err == nil {
				r.Close()
				t.Fatal("it was opened")
			}
			if got := err.Error(); got != c.want || strings.Contains(got, "geheim") {
				t.Errorf("error %q, want %q", got, c.want)
			}
		})
	}
}

func TestAServerThatForgetsIsLogged(t *testing.T) {
	log, text := logged()
	serve(t).open(Options{Log: log})
	if !strings.Contains(text(), "appendonly=no") {
		t.Errorf("log: %q", text())
	}
	log, text = logged()
	serve(t, "--appendonly", "yes", "--appendfsync", "always").open(Options{Log: log})
	if text() != "" {
		t.Errorf("log: %q", text())
	}
}

// With the append-only file, what the server acknowledged outlives it, scripts
// and all.
func TestTheServersReturn(t *testing.T) {
	s := serve(t, "--appendonly", "yes", "--appendfsync", "always")
	r := s.open(Options{})
	kv, c := r.Namespace("a", 0), r.Counters()
	if err := kv.Put(t.Context(), "k", []byte("v"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), "c", 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := r.counters.flush(); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if err := kv.Put(t.Context(), "k", []byte("w"), 0); err == nil || !strings.Contains(err.Error(), s.socket) {
		t.Errorf("Put without the server = %v", err)
	}
	if n, err := c.Add(t.Context(), "c", 1, time.Time{}); n != 2 {
		t.Errorf("Add without the server = %d, %v, want 2", n, err)
	}
	if err := r.counters.flush(); err == nil {
		t.Error("flush without the server succeeded")
	}
	if n, err := c.Add(t.Context(), "c", 1, time.Time{}); n != 3 || err == nil {
		t.Errorf("Add after a flush that failed = %d, %v, want 3 and an error", n, err)
	}
	if _, err := c.Get(t.Context(), "unknown"); err == nil {
		t.Error("a counter that is not known was read without the server")
	}
	s.start()
	var v []byte
	var err error
	for range 500 {
		if v, _, err = kv.Get(t.Context(), "k"); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if string(v) != "v" || err != nil {
		t.Errorf("Get = %q, %v, want v", v, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := s.open(Options{}).Counters().Get(t.Context(), "c"); n != 3 || err != nil {
		t.Errorf("counter %d, %v, want 3", n, err)
	}
}

func TestGatewaysThatAreSilentAreForgotten(t *testing.T) {
	s := serve(t)
	a, b := s.open(Options{}), s.open(Options{})
	for _, c := range []struct {
		of   *Redis
		want int
	}{{a, 1}, {b, 2}, {a, 2}} {
		if n, err := c.of.Gateways(t.Context()); n != c.want || err != nil {
			t.Errorf("%d gateways, %v, want %d", n, err, c.want)
		}
	}
	long := float64(time.Now().Add(-time.Hour).UnixMilli())
	if err := a.client.ZIncrBy(t.Context(), keyPrefix+"gateways", long-float64(time.Now().UnixMilli()), b.id).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := a.Gateways(t.Context()); n != 1 || err != nil {
		t.Errorf("%d gateways, %v, want 1", n, err)
	}
}

func TestACounterOfTheServerThatIsNone(t *testing.T) {
	log, text := logged()
	s := serve(t)
	r := s.open(Options{Log: log})
	if err := r.client.Set(t.Context(), counterKey("odd"), "odd", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Counters().Get(t.Context(), "odd"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Get = %v, want ErrCorrupt", err)
	}
	if n, err := r.Counters().Add(t.Context(), "good", 1, time.Time{}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := r.client.Set(t.Context(), counterKey("good"), "odd", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := r.counters.flush(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text(), "a counter cannot be stored") {
		t.Errorf("log: %s", text())
	}
}
