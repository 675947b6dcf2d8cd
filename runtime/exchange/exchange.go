// Package exchange holds the record of one request: what came in, what the
// phases found out about it, what goes out. It knows neither net/http nor the
// configuration; front fills an Exchange, the phases work on it in turn, and
// respond sends what they left.
//
// An Exchange belongs to one goroutine at a time, with one exception: an
// integration plugin that streams its answer runs beside the later phases,
// and the [Call] it holds keeps to what does not change any more.
package exchange

import (
	"net/netip"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// Header is the ordered, case-keeping, multi-valued list that requests and
// responses carry.
type Header = hostabi.Header

// Field is one line of a Header.
type Field = hostabi.Field

// Exchange is the record of one request. Front makes it, Gateway.Serve works
// through it.
type Exchange struct {
	Request  Request
	Response Response

	// Sink takes the answer; the respond phase writes to it.
	Sink Sink

	// API, Stage and Route are nil until resolve and match have found them.
	// They point into the snapshot and do not change.
	API   *API
	Stage *Stage
	Route *Route

	// PathParams are the route's, decoded, in the order of its template.
	PathParams []Field
	// RawParams are the same, percent-encoded as sent.
	RawParams []Field

	// Principal and AuthContext are the authorizer's decision.
	Principal   string
	AuthContext []AuthValue
	// UsageKey is the authorizer's usageIdentifierKey.
	UsageKey string

	// Refused is the refusal that ends the request, nil when it was answered.
	Refused *Refusal

	// ID and ExtendedID are $context.requestId and extendedRequestId.
	ID, ExtendedID string
	// TraceID is the X-Amzn-Trace-Id that goes to the integration.
	TraceID string
	// Start is when the request's head was complete.
	Start time.Time

	Log Record

	// Finisher is told that the answer has been sent and recorded, before the
	// exchange is used again; nil is nobody.
	Finisher interface{ Finish() }

	sent     string // the client's method, "" while Request.Method is it
	query    []Field
	hasQuery bool
	carried  []carried
	call     Call
}

// Request is what the client sent.
type Request struct {
	Method string
	// RawPath is the path as sent, percent-encoded; Path is what is left of
	// its normal form ([NormalPath]) below the base path and the stage, with
	// its leading slash.
	RawPath, Path string
	// Query is the raw query without its question mark.
	Query string
	// Host is the Host field or :authority as sent, port included.
	Host string
	// Scheme is "http" or "https", behind trusted proxies as they say.
	Scheme string
	// Proto is "HTTP/1.1" or "HTTP/2.0".
	Proto string
	// Header has no Host, Connection, Transfer-Encoding, Content-Length or
	// other field that frames the message or holds for one hop.
	Header Header
	Body   Body
	// HeadSize is the size of the request line and of all names and values as
	// they came, without what separates them; 0 until the accept phase has run.
	HeadSize int
	// BodyLimit is how many bytes of body the accept phase lets pass; 0 until
	// it has run.
	BodyLimit int64
	// Trailer returns the fields after the body; it is complete only once
	// the body has been read to its end. Nil when none were announced.
	Trailer func() Header
	// Peer is the other end of the connection; Client is the client behind
	// trusted proxies, the same where there are none.
	Peer   netip.AddrPort
	Client netip.Addr
	// PeerText is Peer's address as text, where the front has it; a
	// connection's requests share it.
	PeerText string
	// Forwarded is the X-Forwarded-For that the integration gets.
	Forwarded string
	// Port is the port the client spoke to, as X-Forwarded-Port says it.
	Port string
	// Upgrade is the protocol that the client asks to switch to, "" if none.
	Upgrade string
	// ExpectContinue says that the client waits for 100 before its body; the
	// front sends it at the first read.
	ExpectContinue bool
}

// Response is what the client gets.
type Response struct {
	// Status is 0 until an integration, a mapper or a refusal has set it.
	Status int
	Header Header
	Body   Body
	// Trailer returns the fields after the body, complete once the body has
	// been read to its end. Nil when there are none.
	Trailer func() Header
	// Upgrade is the upstream's side of a switched connection; respond
	// copies between it and the client. Nil but for status 101.
	Upgrade Conn
	// Streaming says that the body comes in pieces that must each reach the
	// client at once: event streams and plugins that flush.
	Streaming bool
}

// Protocol is the kind of an API.
type Protocol uint8

const (
	REST Protocol = iota + 1
	HTTP
)

func (p Protocol) String() string {
	switch p {
	case REST:
		return "rest"
	case HTTP:
		return "http"
	}
	return ""
}

// API is what the phases need to know of the API a request belongs to.
type API struct {
	ID, Name          string
	Protocol          Protocol
	AccountID, Region string
	// BinaryTypes are the patterns of binaryMediaTypes, such as "image/*".
	BinaryTypes []string
}

// Stage is the stage a request belongs to.
type Stage struct {
	Name      string
	Variables []Field // sorted by name
	// InPath says that the request named the stage in its path.
	InPath bool
	// BasePath is what precedes the API's own paths, "" for the root.
	BasePath string
	// Default is true for "$default", which no path shows.
	Default bool
}

// Variable returns a stage variable.
func (s *Stage) Variable(name string) (string, bool) {
	if s != nil {
		for i := range s.Variables {
			if s.Variables[i].Name == name {
				return s.Variables[i].Value, true
			}
		}
	}
	return "", false
}

// Route is the route a request matched.
type Route struct {
	// Key is the HTTP API's route key, "GET /orders/{id}".
	Key string
	// Method is the route's: a verb or ANY.
	Method string
	// Resource is the REST API's resource path, "/orders/{id}".
	Resource   string
	ResourceID string
	Operation  string
	// Integration says which rules of headers hold for the answer.
	Integration Integration
}

// Integration is the type of an integration.
type Integration uint8

const (
	Mock Integration = iota
	HTTPProxy
	HTTPCustom // "http": only mapped parameters go in
	PluginProxy
)

// AuthValue is one entry of an authorizer's context.
type AuthValue struct {
	Key, Value string
	Kind       hostabi.ValueKind
}

// Reset empties x for its next request and keeps its memory.
func (x *Exchange) Reset() {
	reqHeader, respHeader := x.Request.Header, x.Response.Header
	reqHeader.Reset()
	respHeader.Reset()
	clear(x.PathParams)
	clear(x.RawParams)
	clear(x.query)
	clear(x.AuthContext)
	clear(x.call.AuthContext)
	clear(x.call.Identity)
	call := Call{AuthContext: reusable(x.call.AuthContext), Identity: reusable(x.call.Identity)}
	clear(x.carried)
	reqBody, respBody := x.Request.Body.reuse(), x.Response.Body.reuse()
	*x = Exchange{
		PathParams:  reusable(x.PathParams),
		RawParams:   reusable(x.RawParams),
		AuthContext: reusable(x.AuthContext),
		query:       reusable(x.query),
		carried:     reusable(x.carried),
		call:        call,
	}
	x.Request.Header, x.Response.Header = reusable(reqHeader), reusable(respHeader)
	x.Request.Body, x.Response.Body = reqBody, respBody
}

// reuseFields is the longest list that a pooled exchange keeps: twice what
// ordinary requests have, so that a flood of fields does not stay in memory.
const reuseFields = 128

// reusable returns the memory of a list, empty, if it is of a usual size.
func reusable[S ~[]E, E any](list S) S {
	if cap(list) > reuseFields {
		return nil
	}
	return list[:0]
}
