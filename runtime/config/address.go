package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// listenAddress is where the gateway accepts requests.
var listenAddress = checked(`"host:port" or "unix:/path"`, checkAddress)

// adminAddress is the same, or "off".
var adminAddress = checked(`"host:port", "unix:/path" or "off"`, func(s string) error {
	if s == AdminOff {
		return nil
	}
	return checkAddress(s)
})

// maxSocketPath is what sun_path holds on Linux, without the final NUL.
const maxSocketPath = 107

func checkAddress(s string) error {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		switch {
		case path == "":
			return errors.New(`"unix:" needs a path, such as "unix:/run/portico.sock"`)
		case len(path) > maxSocketPath:
			return fmt.Errorf("%s: the path of a socket has at most %d bytes", quote(s), maxSocketPath)
		}
		return checkText(path)
	}
	if s == "" {
		return fmt.Errorf("must not be empty, try %q", DefaultListen)
	}
	if !strings.Contains(s, ":") {
		if isNumber(s) {
			return fmt.Errorf("%q has no port separator, try %q", s, ":"+s)
		}
		return fmt.Errorf("%s has no port, try %q", quote(s), s+":8080")
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		if _, ipErr := netip.ParseAddr(s); ipErr == nil {
			return fmt.Errorf("%q has no port, try %q", s, "["+s+"]:8080")
		}
		return fmt.Errorf("%s is not host:port", quote(s))
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%s: the port must be a number from 0 to 65535, got %q", quote(s), port)
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return nil
	}
	if err := checkHostname(host); err != nil {
		return fmt.Errorf("%s: %w", quote(s), err)
	}
	return nil
}

// isLocal reports whether only this machine can reach an admin address.
func isLocal(s string) bool {
	if s == AdminOff || strings.HasPrefix(s, "unix:") {
		return true
	}
	host, _, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// checkHostname holds the rules of RFC 1123, section 2.1; underscores are
// accepted because container networks use them.
func checkHostname(host string) error {
	if len(host) > 253 {
		return errors.New("a host name has at most 253 bytes")
	}
	for label := range strings.SplitSeq(host, ".") {
		switch {
		case label == "":
			return fmt.Errorf("%s is not a host name: empty part", quote(host))
		case len(label) > 63:
			return fmt.Errorf("%s is not a host name: a part has at most 63 bytes", quote(host))
		case label[0] == '-' || label[len(label)-1] == '-':
			return fmt.Errorf("%s is not a host name: a part begins or ends with -", quote(host))
		}
		for _, r := range label {
			if r >= 0x80 {
				return fmt.Errorf("%s is not a host name: write its xn-- form", quote(host))
			}
			if r == '.' || !isBareKey(byte(r)) {
				return fmt.Errorf("%s is not a host name: %q is not allowed", quote(host), r)
			}
		}
	}
	return nil
}

// network is an address or a network in CIDR notation; an address is the
// network of itself.
var network = parsed(`an address or a network such as "10.0.0.0/8"`, func(s string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf(`%s is not an address or a network such as "10.0.0.0/8"`, quote(s))
	}
	if p != p.Masked() {
		return p, fmt.Errorf("%q has bits set beyond its length, try %q", s, p.Masked())
	}
	if p.Addr().Is4In6() {
		return p, fmt.Errorf("%q is an IPv4 network written as IPv6; write the IPv4 form", s)
	}
	return p, nil
}, func(p netip.Prefix) string { return strconv.Quote(p.String()) })

// host is a host name that requests are addressed to, or *. and the rest of it.
// Host names do not tell case apart; they are kept in lower case.
var host = parsed(`a host such as "api.example.com" or "*.example.com"`, func(s string) (string, error) {
	h := strings.ToLower(s)
	if ip, err := netip.ParseAddr(strings.Trim(h, "[]")); err == nil && ip.Is6() {
		if h[0] != '[' || ip.Zone() != "" {
			return h, fmt.Errorf("%q: write an IPv6 address in brackets and without a zone", s)
		}
		return "[" + ip.String() + "]", nil
	}
	name, wild := strings.CutPrefix(h, "*.")
	switch {
	case h == "*":
		return h, errors.New(`"*" is any host, which leaving out hosts says`)
	case strings.Contains(name, "://") || strings.Contains(name, "/"):
		return h, fmt.Errorf("%s is more than a host; leave out scheme and path", quote(s))
	case strings.Contains(name, ":"):
		return h, fmt.Errorf("%s: leave out the port, a host answers on every listener", quote(s))
	case strings.Contains(name, "*"):
		return h, fmt.Errorf("%s: a wildcard stands only for the first part, as in %q", quote(s), "*.example.com")
	case wild && !strings.Contains(name, "."):
		return h, fmt.Errorf("%s: a wildcard needs at least two parts behind it", quote(s))
	}
	return h, checkHostname(name)
}, showText)
