// Package dnstest is a name server for tests, whose answers may change from one
// query to the next.
package dnstest

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// Resolver returns a resolver that asks a name server of its own, which runs until
// the test ends. answer gives the addresses of a name in lower case without its
// final dot, IPv4 alone; none means that there is no such name. It is called from
// another goroutine.
func Resolver(t testing.TB, answer func(name string) []netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	go func() {
		defer close(done)
		b := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			if reply := respond(b[:n], answer); reply != nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// respond answers a query with one question (RFC 1035, section 4).
func respond(query []byte, answer func(name string) []netip.Addr) []byte {
	const header, typeA, nameError = 12, 1, 3
	if len(query) < header || binary.BigEndian.Uint16(query[4:]) != 1 {
		return nil
	}
	var labels []string
	at := header
	for at < len(query) && query[at] != 0 {
		n := int(query[at])
		if at+1+n > len(query) {
			return nil
		}
		labels = append(labels, string(query[at+1:at+1+n]))
		at += 1 + n
	}
	if at+5 > len(query) {
		return nil
	}
	addresses := answer(strings.ToLower(strings.Join(labels, ".")))
	reply := append([]byte{}, query[:at+5]...)
	flags := uint16(0x8180) // an answer, recursion desired and available
	if len(addresses) == 0 {
		flags |= nameError
	}
	if binary.BigEndian.Uint16(query[at+1:]) != typeA {
		addresses = nil
	}
	binary.BigEndian.PutUint16(reply[2:], flags)
	binary.BigEndian.PutUint16(reply[6:], uint16(len(addresses)))
	binary.BigEndian.PutUint32(reply[8:], 0) // no more sections
	for _, a := range addresses {
		// The question's name, type A, class IN, no time to live, four bytes.
		reply = append(reply, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4)
		reply = append(reply, a.AsSlice()...)
	}
	return reply
}
