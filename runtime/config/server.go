package config

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Defaults of [server].
const (
	DefaultListen = ":8080"
	DefaultAdmin  = "127.0.0.1:9180"
	// DefaultMaxConnections leaves room below the 65,536 files that services
	// are commonly allowed, when each connection has another to an upstream.
	DefaultMaxConnections = 10_000
	DefaultHeaderTimeout  = 10 * time.Second
	DefaultReadTimeout    = 30 * time.Second
	DefaultWriteTimeout   = 30 * time.Second
	DefaultIdleTimeout    = 75 * time.Second
	DefaultDrainTimeout   = 30 * time.Second
	// DefaultMaxHeader, DefaultMaxURL and DefaultMaxBody are the limits of API
	// Gateway: 10,240 bytes of header values (in HTTP APIs of request line,
	// names and values), 10,240 characters of URL, 10 MB of payload. See its Developer Guide, "Quotas".
	DefaultMaxHeader = 10_240
	DefaultMaxURL    = 10_240
	DefaultMaxBody   = 10 << 20
	DefaultAccountID = "000000000000"
	DefaultRegion    = "local"
)

// The values of proxy_protocol.
const (
	ProxyProtocolOff     = "off"
	ProxyProtocolAccept  = "accept"
	ProxyProtocolRequire = "require"
)

// AdminOff is the admin address that opens no admin listener.
const AdminOff = "off"

// Server is [server].
type Server struct {
	// Where requests are accepted: "host:port", ":port" for all interfaces, or
	// "unix:/path" for a socket. One address, or a list.
	Listen []string
	// The listener of health, reload, routes and metrics; "off" for none.
	Admin string
	// What admin requests must carry as bearer token. Without it the admin
	// listener must be on loopback or a socket.
	AdminToken *Secret
	// Addresses and networks whose X-Forwarded-For and PROXY header say who the
	// client is. From all others they are not believed.
	TrustedProxies []netip.Prefix
	// The PROXY protocol, versions 1 and 2, on connections from trusted_proxies:
	// "accept" takes the header where there is one, "require" refuses those
	// without.
	ProxyProtocol string
	// Connections at one time; more wait in the queue of the operating system.
	MaxConnections int
	// How long a client may take to send the head of a request.
	HeaderTimeout time.Duration
	// How long a client may stop while it sends a body.
	ReadTimeout time.Duration
	// How long one write to a client may stop.
	WriteTimeout time.Duration
	// How long a connection without a request stays open.
	IdleTimeout time.Duration
	// How long requests in flight may take to end when the gateway stops; "0s"
	// waits for none.
	DrainTimeout time.Duration
	// All values of the headers of a request together, in HTTP APIs its line and
	// the names of its headers, too; beyond it 431.
	MaxHeader int64
	// The path and query of a request; beyond it 414.
	MaxURL int64
	// The body of a request; beyond it 413.
	MaxBody int64
	// Plugins that change every request, before those of the API and the route.
	MapRequest []string
	// Plugins that change every response, after those of the route and the API.
	MapResponse []string
	// The account in ARNs and in $context.accountId.
	AccountID string
	// The region in ARNs.
	Region string
	// What the gateway says when it has started, line by line: the first
	// requests to try, or who to ask.
	Greeting string
}

var serverTable = &table[Server]{
	entries: []entry[Server]{
		field("listen", oneOrMore(listenAddress), func(s *Server) *[]string { return &s.Listen }, []string{DefaultListen}),
		field("admin", adminAddress, func(s *Server) *string { return &s.Admin }, DefaultAdmin),
		field("admin_token", secret, func(s *Server) **Secret { return &s.AdminToken }, nil),
		field("trusted_proxies", list(network), func(s *Server) *[]netip.Prefix { return &s.TrustedProxies }, nil),
		field("proxy_protocol", oneOf("mode", []string{ProxyProtocolOff, ProxyProtocolAccept, ProxyProtocolRequire}, nil),
			func(s *Server) *string { return &s.ProxyProtocol }, ProxyProtocolOff),
		field("max_connections", integer(1, 1_000_000), func(s *Server) *int { return &s.MaxConnections }, DefaultMaxConnections),
		field("header_timeout", slow, func(s *Server) *time.Duration { return &s.HeaderTimeout }, DefaultHeaderTimeout),
		field("read_timeout", slow, func(s *Server) *time.Duration { return &s.ReadTimeout }, DefaultReadTimeout),
		field("write_timeout", slow, func(s *Server) *time.Duration { return &s.WriteTimeout }, DefaultWriteTimeout),
		field("idle_timeout", slow, func(s *Server) *time.Duration { return &s.IdleTimeout }, DefaultIdleTimeout),
		field("drain_timeout", duration(0, time.Hour), func(s *Server) *time.Duration { return &s.DrainTimeout }, DefaultDrainTimeout),
		field("max_header", size(1<<10, 1<<20), func(s *Server) *int64 { return &s.MaxHeader }, DefaultMaxHeader),
		field("max_url", size(256, 1<<20), func(s *Server) *int64 { return &s.MaxURL }, DefaultMaxURL),
		field("max_body", size(1, 1<<40), func(s *Server) *int64 { return &s.MaxBody }, DefaultMaxBody),
		field("map_request", list(pluginName), func(s *Server) *[]string { return &s.MapRequest }, nil),
		field("map_response", list(pluginName), func(s *Server) *[]string { return &s.MapResponse }, nil),
		field("account_id", checked("an account id", checkAccountID), func(s *Server) *string { return &s.AccountID }, DefaultAccountID),
		field("region", checked("a region", checkRegion), func(s *Server) *string { return &s.Region }, DefaultRegion),
		field("greeting", checked("a string", checkGreeting), func(s *Server) *string { return &s.Greeting }, ""),
	},
	later: laterKeys,
	check: checkServer,
}

// maxGreeting is a screen: 40 lines of 80 characters.
const maxGreeting = 40 * 80

// checkGreeting allows lines and tabs, and nothing else that moves a terminal.
func checkGreeting(s string) error {
	if len(s) > maxGreeting {
		return fmt.Errorf("has at most %d bytes, got %d", maxGreeting, len(s))
	}
	return checkText(strings.NewReplacer("\r\n", "", "\n", "", "\t", "").Replace(s))
}

// slow bounds slow clients: never without limit.
var slow = duration(time.Millisecond, time.Hour)

// checkServer holds the rules between the keys of [server].
func checkServer(d *decoder, s *Server) {
	if s.ProxyProtocol != ProxyProtocolOff && len(s.TrustedProxies) == 0 && !d.failed["server.trusted_proxies"] {
		d.errorf("server.proxy_protocol", "%q needs trusted_proxies: anyone else could claim any address", s.ProxyProtocol)
	}
	if d.failed["server.admin"] {
		return
	}
	switch {
	case s.Admin == AdminOff && s.AdminToken != nil:
		d.errorf("server.admin_token", "has no effect while admin is %q; remove one of them", AdminOff)
	case !isLocal(s.Admin) && !d.Has("server.admin_token"):
		d.errorf("server.admin", `%q can be reached from outside; add admin_token = { env = "NAME" } or use %q`, s.Admin, DefaultAdmin)
	}
	for i, l := range s.Listen {
		if l == s.Admin && !d.failed["server.listen"] {
			d.errorf("server.admin", "%q is also listen address %d; the admin listener needs its own", s.Admin, i+1)
		}
	}
}
