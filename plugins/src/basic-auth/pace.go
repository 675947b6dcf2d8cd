package main

import (
	"errors"
	"net/netip"
	"time"

	"github.com/portico-gateway/portico/sdk/go/throttle"
)

// Buckets that NAME.toml declares.
const (
	perSource   = "per_source"
	forEveryone = "for_everyone"
)

// pace takes a token for a password that has to be checked: one of the source,
// so that nobody tries many, and one that all share, so that guessing from many
// sources leaves time for others. wait is 0 when both were there.
func pace(source string) (wait time.Duration, err error) {
	for _, b := range []struct{ name, key string }{{perSource, network(source)}, {forEveryone, ""}} {
		if wait, err = throttle.Take(b.name, b.key, 1); err != nil || wait > 0 {
			if err != nil {
				err = errors.New("bucket " + b.name + ": " + err.Error() + "; in NAME.toml, declare [throttle." + b.name + "] rate and burst")
			}
			return wait, err
		}
	}
	return 0, nil
}

// network is an address of IPv4, or the /64 of one of IPv6: that is the least
// that one customer gets.
func network(source string) string {
	a, err := netip.ParseAddr(source)
	if err != nil || a.Unmap().Is4() {
		return source
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return source
	}
	return p.String()
}
