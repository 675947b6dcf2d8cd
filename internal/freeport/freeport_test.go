package freeport

import (
	"net"
	"testing"
)

func TestLocal(t *testing.T) {
	seen := map[string]bool{}
	for range 20 {
		address, err := Local()
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if p := l.Addr().(*net.TCPAddr).Port; p < first || p >= last || seen[address] {
			t.Errorf("port %d", p)
		}
		seen[address] = true
	}
}
