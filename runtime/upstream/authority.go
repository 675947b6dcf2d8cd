package upstream

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// parseAuthority parses a plain host[:port]: no user, no zone, no empty label.
func parseAuthority(scheme, s string) (Target, error) {
	port := "80"
	if scheme == "https" {
		port = "443"
	}
	host := s
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
		for j := 0; j < len(port); j++ {
			if !isDigit(port[j]) {
				return Target{}, ErrHost
			}
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return Target{}, ErrHost
		}
	}
	if v, ok := strings.CutPrefix(host, "["); ok {
		v, closed := strings.CutSuffix(v, "]")
		ip, err := netip.ParseAddr(v)
		if !closed || err != nil || !ip.Is6() || ip.Zone() != "" {
			return Target{}, ErrHost
		}
		return Target{scheme, net.JoinHostPort(v, port), s}, nil
	}
	if len(host) > 253 || host == "." || strings.HasPrefix(host, ".") || strings.Contains(host, "..") {
		return Target{}, ErrHost
	}
	for i := 0; i < len(host); i++ {
		if !hostByte(host[i]) {
			return Target{}, ErrHost
		}
	}
	if host == "" {
		return Target{}, ErrHost
	}
	return Target{scheme, net.JoinHostPort(host, port), s}, nil
}

func hostByte(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '-' || c == '.' || c == '_'
}
