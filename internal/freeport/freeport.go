// Package freeport finds ports for servers that tests start as processes of
// their own, and that cannot choose one and say which.
package freeport

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// first and last are below the ports that systems take for outgoing connections
// (32768 and up on Linux, 49152 elsewhere): one of those that was free a moment
// ago may have become the near end of a connection when a server wants it.
const first, last = 10000, 32000

// Local returns an address of 127.0.0.1 on which nobody listens. It is any of
// some twenty thousand, so tests that run at the same time seldom get the same.
func Local() (string, error) {
	var errs []error
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(first+rand.IntN(last-first)))
		l, err := net.Listen("tcp", address)
		if err == nil {
			return address, l.Close()
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}
