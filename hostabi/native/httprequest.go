package native

import (
	"bytes"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// maxPairs is the largest encoding of a request's head.
const maxPairs = hostabi.MaxHTTPHead + 8*(hostabi.MaxHTTPFields+1)

// readRequest reads the arguments of http.request and http.start, which are
// (rptr, rlen, bptr, blen, timeout_ms i64, flags). Of the guest's memory it keeps
// a view of the body alone. code is 0 or what the guest gets.
func (c *call) readRequest(s []uint64) (r hostabi.HTTPRequest, code hostabi.Code) {
	ms, flags := int64(s[4]), uint32(s[5])
	if ms < 0 || flags&^(hostabi.HTTPStream|hostabi.HTTPRedirects) != 0 {
		return r, hostabi.EINVAL
	}
	r.Stream, r.Redirects = flags&hostabi.HTTPStream != 0, flags&hostabi.HTTPRedirects != 0
	if ms < time.Hour.Milliseconds() { // 0 is the operator's, which is less
		r.Timeout = time.Duration(ms) * time.Millisecond
	}
	encoded, ok := c.memory(s[0], s[1])
	if !ok {
		return r, hostabi.EFAULT
	}
	body, ok := c.memory(s[2], s[3])
	switch {
	case !ok:
		return r, hostabi.EFAULT
	case len(encoded) > maxPairs || int64(len(body)) > c.bodyLimit():
		return r, hostabi.E2BIG
	case r.Stream && len(body) > 0:
		return r, hostabi.EINVAL
	}
	if code := readHead(&r, bytes.Clone(encoded)); code != 0 {
		return r, code
	}
	r.Body = body
	return r, 0
}

func (c *call) bodyLimit() int64 {
	if n := c.plugin.capabilities.HTTP.Limits().Body; n > 0 {
		return n
	}
	return hostabi.DefaultHTTPBody
}

// readHead reads the pairs, which it keeps.
func readHead(r *hostabi.HTTPRequest, encoded []byte) hostabi.Code {
	pairs, ok := appendFields(nil, encoded)
	switch {
	case !ok || len(pairs) == 0:
		return hostabi.EINVAL
	case len(pairs)-1 > hostabi.MaxHTTPFields || pairsSize(pairs)-8*len(pairs) > hostabi.MaxHTTPHead:
		return hostabi.E2BIG
	}
	r.Method = pairs[0].Name
	// CONNECT asks for a tunnel and not for an answer (RFC 9110, section 9.3.6).
	if r.URL, ok = parseTarget(pairs[0].Value); !ok || !hostabi.ValidName(r.Method) || r.Method == "CONNECT" {
		return hostabi.EINVAL
	}
	secrets := 0
	for _, f := range pairs[1:] {
		secrets += hostabi.CountSecrets(f.Value)
		switch {
		case secrets > hostabi.MaxHTTPSecrets:
			return hostabi.E2BIG
		case !hostabi.ValidName(f.Name) || !hostabi.ValidValue(f.Value):
			return hostabi.EINVAL
		case hostabi.EqualName(f.Name, "Trailer"):
			if r.Trailers, ok = appendTrailers(r.Trailers, f.Value); !ok || !r.Stream {
				return hostabi.EINVAL
			}
		case frames(f.Name):
			return hostabi.EPERM
		default:
			r.Header = append(r.Header, f)
		}
	}
	return 0
}

// framing are the names that belong to the host.
var framing = [...]string{"Host", "Content-Length", "Connection", "Transfer-Encoding", "TE",
	"Trailer", "Upgrade", "Expect", "Keep-Alive"}

func frames(name string) bool {
	for _, f := range framing {
		if hostabi.EqualName(f, name) {
			return true
		}
	}
	const proxy = "Proxy-"
	return len(name) >= len(proxy) && hostabi.EqualName(name[:len(proxy)], proxy)
}

// appendTrailers reads the value of a Trailer header.
func appendTrailers(dst []string, value string) (names []string, ok bool) {
	for name := range strings.SplitSeq(value, ",") {
		name = strings.Trim(name, " \t")
		if !hostabi.ValidName(name) || frames(name) {
			return dst, false
		}
		dst = append(dst, name)
	}
	return dst, true
}

// parseTarget reads an absolute URL. Its scheme and host are lower case then,
// and a port that is the scheme's own is gone.
func parseTarget(text string) (*url.URL, bool) {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return nil, false
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Opaque != "" {
		return nil, false
	}
	host, ok := hostName(u.Host)
	port := u.Port()
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		ok = ok && err == nil && n > 0
		port = strconv.FormatUint(n, 10)
	}
	if port == "" || port == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		u.Host = host
	} else {
		u.Host = host + ":" + port
	}
	return u, ok
}

// hostName is the host of an authority in lower case: a name or an address,
// with brackets where it is one of IPv6.
func hostName(authority string) (name string, ok bool) {
	name = strings.ToLower((&url.URL{Host: authority}).Hostname())
	if strings.HasPrefix(authority, "[") {
		a, err := netip.ParseAddr(name)
		return "[" + a.String() + "]", err == nil && a.Is6() && a.Zone() == ""
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
		default:
			return "", false
		}
	}
	return name, name != ""
}
