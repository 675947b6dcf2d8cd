// Package accept is the first phase of every request: it finds the client
// behind trusted proxies, gives the request its ids and holds it to the limits
// that hold for every API.
//
// # Whose word counts
//
// An address in X-Forwarded-For is believed when the hop that wrote it is
// trusted: the list is read from its right end, where the peer wrote, and
// reading goes on while the address just read is a trusted proxy's. What does
// not parse ends the reading; so nothing to the left of it counts. The client
// is the last address read, the peer when there is none.
// X-Forwarded-Proto and X-Forwarded-Port count from a trusted peer only, and
// of a list its last entry.
//
// The integration gets the addresses from the client on, and the peer's:
// Request.Forwarded. What an untrusted client wrote into X-Forwarded-For is
// not passed on. AWS appends to it, and leaves it to the backend to count the
// entries from the right; backends that take the first entry believe anybody.
//
// The fields themselves are taken out of Request.Header, so that no plugin or
// mapping reads a forged one: X-Forwarded-For, -Proto and -Port always, since
// Request says the same; any other X-Forwarded-*, Forwarded and X-Real-Ip when
// the peer is not trusted. Forwarded (RFC 7239) is never read: proxies that
// write X-Forwarded-For pass a client's Forwarded on as it came.
package accept

import (
	"net/http"
	"net/netip"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// The limits of API Gateway (AWS guide, "Quotas").
const (
	DefaultMaxHeaderBytes = 10_240
	DefaultMaxURLBytes    = 10_240
	DefaultMaxBodyBytes   = 10 << 20
)

// Options configures a Phase.
type Options struct {
	// TrustedProxies are the peers and hops whose X-Forwarded fields count.
	TrustedProxies []netip.Prefix
	// MaxHeaderBytes bounds the head of a request as its API counts it, 0 for
	// DefaultMaxHeaderBytes: REST APIs the values of all fields together, HTTP
	// APIs the request line and the names, too.
	MaxHeaderBytes int
	// MaxURLBytes bounds path and query together, 0 for DefaultMaxURLBytes.
	MaxURLBytes int
	// MaxBodyBytes bounds the body, 0 for DefaultMaxBodyBytes.
	MaxBodyBytes int64
}

// Phase is the accept phase. It is safe for concurrent use.
type Phase struct {
	trusted   []netip.Prefix
	maxHeader int
	maxURL    int
	maxBody   int64
}

// New returns the phase.
func New(opts Options) *Phase {
	p := &Phase{
		maxHeader: DefaultMaxHeaderBytes,
		maxURL:    DefaultMaxURLBytes,
		maxBody:   DefaultMaxBodyBytes,
	}
	for _, prefix := range opts.TrustedProxies {
		p.trusted = append(p.trusted, prefix.Masked())
	}
	if opts.MaxHeaderBytes > 0 {
		p.maxHeader = opts.MaxHeaderBytes
	}
	if opts.MaxURLBytes > 0 {
		p.maxURL = opts.MaxURLBytes
	}
	if opts.MaxBodyBytes > 0 {
		p.maxBody = opts.MaxBodyBytes
	}
	return p
}

// The refusals have no cause: the access log says what was asked, and an
// error log must not be a client's to fill.
var (
	refuseTarget = &exchange.Refusal{Type: exchange.BadProtocol, Status: http.StatusBadRequest}
	refuseURL    = &exchange.Refusal{Type: exchange.BadProtocol, Status: http.StatusRequestURITooLong}
	refuseHeader = &exchange.Refusal{Type: exchange.BadProtocol, Status: http.StatusRequestHeaderFieldsTooLarge}
	refuseBody   = &exchange.Refusal{Type: exchange.BadProtocol, Status: http.StatusRequestEntityTooLarge}
)

// Accept completes x.Request and x's ids, also of a request that it refuses,
// and returns, in this order of precedence:
//
//   - 414, 431: more than MaxURLBytes, MaxHeaderBytes;
//   - 400: a target that is no path (CONNECT, "OPTIONS *"), or that has a "#",
//     a space or a byte outside ASCII; a host with a byte that no host has;
//   - 413: a body of more than MaxBodyBytes.
//
// The head is counted as REST APIs do; Resolved counts it as HTTP APIs do.
//
// A body whose length is not known is cut off at the limit: reading it then
// fails with exchange.ErrTooLarge, which the phase that reads it answers.
func (p *Phase) Accept(x *exchange.Exchange) *exchange.Refusal {
	identify(x)
	p.client(&x.Request)
	values := p.fields(x)
	q := &x.Request
	q.HeadSize += lineSize(q)
	q.BodyLimit = p.maxBody
	switch {
	case len(q.RawPath)+len(q.Query) > p.maxURL:
		return refuseURL
	case values > p.maxHeader:
		return refuseHeader
	case q.Method == http.MethodConnect, q.RawPath == "", q.RawPath[0] != '/',
		!validTarget(q.RawPath), !validTarget(q.Query), !validHost(q.Host):
		return refuseTarget
	case q.Body.Size() > p.maxBody:
		return refuseBody
	}
	if q.Body.Size() < 0 {
		limitBody(&q.Body, p.maxBody)
	}
	return nil
}

// Resolved finishes Accept, whose refusal it is given, once x.API is known: an
// HTTP API counts more of the head. It keeps the order of precedence.
func (p *Phase) Resolved(x *exchange.Exchange, refusal *exchange.Refusal) *exchange.Refusal {
	if x.API.Protocol == exchange.HTTP && x.Request.HeadSize > p.maxHeader && refusal != refuseURL {
		return refuseHeader
	}
	return refusal
}

// lineSize is the size of the request line, "GET /path?query HTTP/1.1".
func lineSize(q *exchange.Request) int {
	n := len(q.Method) + len(" ") + len(q.RawPath) + len(" ") + len(q.Proto)
	if q.Query != "" {
		n += len("?") + len(q.Query)
	}
	return n
}

// fields takes out the fields that said where the request comes from, and
// returns the size of all values that came, Host included. Names and values
// together go to Request.HeadSize. Fields that frame the message, which the
// front has taken out, count in neither.
func (p *Phase) fields(x *exchange.Exchange) (values int) {
	q := &x.Request
	trusted := p.trusts(q.Peer.Addr())
	values = len(q.Host)
	names := len("Host")
	kept := 0
	for i := range q.Header {
		f := &q.Header[i]
		values += len(f.Value)
		names += len(f.Name)
		if tellsOrigin(f.Name, trusted) {
			continue
		}
		if kept < i {
			q.Header[kept] = *f
		}
		kept++
	}
	clear(q.Header[kept:])
	q.Header = q.Header[:kept]
	q.HeadSize = names + values
	return values
}

// tellsOrigin reports whether the field is taken out.
func tellsOrigin(name string, trusted bool) bool {
	switch len(name) {
	case len("X-Forwarded-For"):
		if hostabi.EqualName(name, "X-Forwarded-For") {
			return true
		}
	case len("X-Forwarded-Port"):
		if hostabi.EqualName(name, "X-Forwarded-Port") {
			return true
		}
	case len("X-Forwarded-Proto"):
		if hostabi.EqualName(name, "X-Forwarded-Proto") {
			return true
		}
	case len("Forwarded"): // and X-Real-Ip
		return !trusted && (hostabi.EqualName(name, "Forwarded") || hostabi.EqualName(name, "X-Real-Ip"))
	}
	const prefix = "X-Forwarded-"
	return !trusted && len(name) > len(prefix) && hostabi.EqualName(name[:len(prefix)], prefix)
}

// validTarget reports whether s can stand in a request line: visible ASCII
// (RFC 3986, section 2) and no fragment.
func validTarget(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == '#' {
			return false
		}
	}
	return true
}

// validHost keeps out what could make a URL of the host mean another one
// (RFC 3986, section 3.2.2, with the underscore).
func validHost(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '-', c == '_', c == ':', c == '[', c == ']', c == '%', c == '~':
		default:
			return false
		}
	}
	return true
}
