package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds and defaults of requests to other hosts.
const (
	// DefaultOutboundTimeout leaves an authorizer, which has ten seconds, time to
	// answer.
	DefaultOutboundTimeout = 5 * time.Second
	// DefaultOutboundRequests is more than a policy decision asks for.
	DefaultOutboundRequests  = 16
	MaxOutboundRequests      = 1000
	DefaultOutboundBody      = 10 << 20
	MaxOutboundBody          = 1 << 40
	DefaultOutboundTotal     = 64 << 20
	DefaultOutboundRedirects = 3
	MaxOutboundRedirects     = 10
)

// PluginHTTP is [http] of NAME.toml.
type PluginHTTP struct {
	// The hosts that the plugin may send requests to: scheme, host and, if it is not
	// the scheme's own, port. Without a scheme it is https. "https://*.example.com"
	// is every host below example.com.
	Hosts []HTTPHost
	// Addresses that may be connected to beyond those of the public internet:
	// private networks, loopback and the like. A metadata service must be named by
	// its very address.
	Addresses []netip.Prefix
	// How long a request may take until the head of its answer is there, redirects
	// included.
	Timeout time.Duration
	// Requests that the plugin may send while the gateway answers one. Redirects
	// that are followed belong to theirs.
	MaxRequests int
	// The bodies of all those requests and of their answers, as far as the plugin
	// reads them. One that a redirect sends again counts once.
	MaxTotal int64
	// The largest body of a request.
	MaxRequest int64
	// The largest body of an answer.
	MaxResponse int64
	// Redirects that are followed for one request, where the plugin asks for it.
	Redirects int
}

// HTTPHost is one of the hosts that a plugin may send requests to.
type HTTPHost struct {
	Scheme string // "http" or "https"
	// Name is in lower case, and an address without brackets. With Wildcard it
	// is what comes after "*.".
	Name     string
	Wildcard bool
	Port     string // decimal, that of the scheme unless the file names one
}

// String is the host as a file may have it.
func (h HTTPHost) String() string {
	name := h.Name
	if h.Wildcard {
		name = "*." + name
	}
	if h.Port != schemePorts[h.Scheme] {
		return h.Scheme + "://" + net.JoinHostPort(name, h.Port)
	}
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	return h.Scheme + "://" + name
}

var schemePorts = map[string]string{"http": "80", "https": "443"}

var pluginHTTPTable = &table[PluginHTTP]{
	entries: []entry[PluginHTTP]{
		field("hosts", list(httpHost), func(h *PluginHTTP) *[]HTTPHost { return &h.Hosts }, nil),
		field("addresses", list(network), func(h *PluginHTTP) *[]netip.Prefix { return &h.Addresses }, nil),
		field("timeout", duration(time.Millisecond, MaxTimeout), func(h *PluginHTTP) *time.Duration { return &h.Timeout }, DefaultOutboundTimeout),
		field("max_requests", integer(1, MaxOutboundRequests), func(h *PluginHTTP) *int { return &h.MaxRequests }, DefaultOutboundRequests),
		derived("max_total", size(1, 2*MaxOutboundBody), func(h *PluginHTTP) *int64 { return &h.MaxTotal }, `"64MiB", or max_request and max_response together where that is more`),
		field("max_request", size(1, MaxOutboundBody), func(h *PluginHTTP) *int64 { return &h.MaxRequest }, DefaultOutboundBody),
		field("max_response", size(1, MaxOutboundBody), func(h *PluginHTTP) *int64 { return &h.MaxResponse }, DefaultOutboundBody),
		field("redirects", integer(0, MaxOutboundRedirects), func(h *PluginHTTP) *int { return &h.Redirects }, DefaultOutboundRedirects),
	},
	later: laterPluginKeys,
	check: func(_ *decoder, h *PluginHTTP) {
		if h.MaxTotal == 0 {
			h.MaxTotal = max(DefaultOutboundTotal, h.MaxRequest+h.MaxResponse)
		}
	},
}

// httpHost is a host of [http] hosts.
var httpHost = parsed(`a host such as "https://api.example.com"`, parseHTTPHost, func(h HTTPHost) string { return strconv.Quote(h.String()) })

func parseHTTPHost(s string) (h HTTPHost, err error) {
	refuse := func(format string, args ...any) (HTTPHost, error) {
		return HTTPHost{}, fmt.Errorf("%s: %w", quote(s), fmt.Errorf(format, args...))
	}
	scheme, authority, ok := strings.Cut(strings.ToLower(s), "://")
	if !ok {
		scheme, authority = "https", strings.ToLower(s)
	}
	if schemePorts[scheme] == "" {
		return refuse("must begin with https:// or http://")
	}
	if i := strings.IndexAny(authority, "/?#"); i >= 0 {
		return refuse("a host has no path, try %q", scheme+"://"+authority[:i])
	}
	if strings.Contains(authority, "@") {
		return refuse("a host has no user; put credentials into a header, as {secret:NAME}")
	}
	h = HTTPHost{Scheme: scheme, Port: schemePorts[scheme]}
	if h.Name, h.Port, err = splitPort(authority, h.Port); err != nil {
		return refuse("%w", err)
	}
	if ip, err := netip.ParseAddr(h.Name); err == nil {
		if ip.Zone() != "" || ip.Is4In6() {
			return refuse("write the address without a zone, and IPv4 as IPv4")
		}
		h.Name = ip.String()
		return h, nil
	}
	h.Name, h.Wildcard = strings.CutPrefix(h.Name, "*.")
	switch {
	case h.Name == "*":
		return refuse("a plugin may not send requests to any host; name the domain, as in %q", "https://*.example.com")
	case strings.Contains(h.Name, "*"):
		return refuse("a wildcard stands only for the first part, as in %q", "https://*.example.com")
	case h.Wildcard && !strings.Contains(h.Name, "."):
		return refuse("a wildcard needs at least two parts behind it")
	case isNumber(h.Name[strings.LastIndexByte(h.Name, '.')+1:]):
		return refuse("this is neither a name nor an address") // a resolver may think otherwise
	}
	if err := checkHostname(h.Name); err != nil {
		return refuse("%w", err)
	}
	return h, nil
}

// splitPort splits an authority; port is what it has without one.
func splitPort(authority, port string) (name, _ string, err error) {
	if strings.Count(authority, ":") > 1 && !strings.HasPrefix(authority, "[") {
		return "", "", errors.New("write an IPv6 address in brackets")
	}
	if inner, ok := strings.CutPrefix(authority, "["); ok && strings.HasSuffix(inner, "]") {
		inner = strings.TrimSuffix(inner, "]")
		if ip, err := netip.ParseAddr(inner); err != nil || !ip.Is6() {
			return "", "", errors.New("in brackets stands an IPv6 address")
		}
		return inner, port, nil
	}
	if !strings.Contains(authority, ":") {
		return authority, port, nil
	}
	name, own, err := net.SplitHostPort(authority)
	if err != nil {
		return "", "", errors.New("is not host:port")
	}
	if n, err := strconv.ParseUint(own, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != own {
		return "", "", fmt.Errorf("the port must be a number from 1 to 65535, got %q", own)
	}
	return name, own, nil
}

// checkHTTP refuses a grant that reaches nothing.
func checkHTTP(d *decoder, p *Plugin) {
	const add = `add [http] hosts = ["https://api.example.com"]`
	switch {
	case !slices.Contains(p.Capabilities, "http") || d.failed["capabilities"]:
	case !d.Has("http"):
		d.errorf("capabilities", `"http" reaches no host that is not listed; %s`, add)
	case len(p.HTTP.Hosts) == 0 && !d.failed["http.hosts"] && !d.failed["http"]:
		d.errorf("http", "reaches no host that is not listed; %s", add)
	}
}
