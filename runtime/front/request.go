package front

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// head fills x.Request from r. What the fields mean for the client's address
// is the accept phase's to find out: Client is the peer here.
func (t *turn) head(r *http.Request) {
	q := &t.x.Request
	q.Method = r.Method
	q.RawPath, q.Query = splitTarget(r.RequestURI)
	q.Path = q.RawPath
	q.Host = r.Host
	q.Scheme = "http"
	if r.TLS != nil {
		q.Scheme = "https"
	}
	q.Proto = r.Proto
	if t.conn != nil {
		q.Peer, q.PeerText, q.Port = t.conn.ends()
		q.Client = q.Peer.Addr()
	}
	if _, ok := r.Header["Expect"]; ok {
		q.ExpectContinue = true // net/http lets no other expectation through
	}
	upgrades := dropConnectionFields(r.Header)
	// What follows the head of a request with a body is the body, not the new
	// protocol: it cannot switch (RFC 9110, section 7.8, lets us ignore it).
	if upgrades && r.ProtoMajor == 1 && r.ProtoMinor == 1 && r.ContentLength == 0 {
		q.Upgrade = upgradeTo(r.Header["Upgrade"])
	}
	q.Header = appendFields(q.Header, r.Header)
	if r.Trailer != nil {
		q.Trailer = func() exchange.Header { return appendFields(nil, r.Trailer) }
	}
}

// splitTarget cuts a request target (RFC 9112, section 3.2) into path and
// query. The origin and the absolute form give a path that starts with "/",
// the others ("*", "host:port") are returned as they are.
func splitTarget(target string) (path, query string) {
	if !strings.HasPrefix(target, "/") {
		if _, rest, ok := strings.Cut(target, "://"); ok {
			if i := strings.IndexAny(rest, "/?"); i >= 0 {
				target = rest[i:]
			} else {
				target = ""
			}
			if !strings.HasPrefix(target, "/") {
				target = "/" + target
			}
		}
	}
	path, query, _ = strings.Cut(target, "?")
	return path, query
}

// dropConnectionFields removes the fields that Connection names (RFC 9110,
// section 7.6.1) and reports whether it names Upgrade.
func dropConnectionFields(h http.Header) (upgrades bool) {
	for _, v := range h["Connection"] {
		for v != "" {
			var token string
			token, v, _ = strings.Cut(v, ",")
			token = textproto.TrimString(token)
			switch {
			case token == "" || hostabi.EqualName(token, "close") || hostabi.EqualName(token, "keep-alive"):
			case hostabi.EqualName(token, "upgrade"):
				upgrades = true
			default:
				delete(h, textproto.CanonicalMIMEHeaderKey(token))
			}
		}
	}
	return upgrades
}

// upgradeTo is the protocol that the client asks for. h2c is no longer one
// (RFC 9113, section 3.1), and would let a client speak past the gateway if
// an upstream took it.
func upgradeTo(values []string) string {
	if len(values) == 0 || hostabi.EqualName(values[0], "h2c") {
		return ""
	}
	return values[0]
}

// appendFields appends h to dst, ordered by name, without the fields that
// frame the message. The values of one name stay in their order.
func appendFields(dst exchange.Header, h http.Header) exchange.Header {
	from := len(dst)
	for name, values := range h {
		if exchange.Framing(name) {
			continue
		}
		for _, value := range values {
			dst = append(dst, exchange.Field{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(dst[from:], func(a, b exchange.Field) int { return strings.Compare(a.Name, b.Name) })
	return dst
}
