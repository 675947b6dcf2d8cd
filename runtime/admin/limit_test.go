package admin

import (
	"errors"
	"net"
	"sync"
	"testing"
)

func TestConnectionsAboveTheLimitWait(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 2)
	accepted := make(chan net.Conn)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("Accept = %v, want %v", err, net.ErrClosed)
				}
				return
			}
			accepted <- c
		}
	})
	var clients []net.Conn
	for range 4 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, c)
	}
	first, second := <-accepted, <-accepted
	if n := len(l.(*limited).places); n != 2 {
		t.Errorf("%d places are taken, want 2", n)
	}
	select {
	case <-accepted:
		t.Error("a third connection was accepted")
	default:
	}
	first.Close()
	if err := first.Close(); !errors.Is(err, net.ErrClosed) { // gives no second place
		t.Errorf("second Close = %v, want %v", err, net.ErrClosed)
	}
	third := <-accepted
	select {
	case <-accepted:
		t.Error("a fourth connection was accepted")
	default:
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	for _, c := range append(clients, second, third) {
		c.Close()
	}
	if n := len(l.(*limited).places); n != 0 {
		t.Errorf("%d places are taken in the end, want 0", n)
	}
}
