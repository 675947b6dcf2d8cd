package integrate

import (
	"bytes"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// compose makes the request to the backend of what the client sent, what was
// mapped and what the gateway adds (AWS guide, "HTTP integrations"; recorded).
func (p *Proxy) compose(x *exchange.Exchange, e *exchanged) {
	r := &e.request
	r.Method = p.Method
	if r.Method == "" {
		r.Method = x.Request.Method
	}
	r.HeadTimeout = p.Timeout
	h := r.Header[:0]
	if p.Custom {
		if t, ok := x.Request.Header.Get("Content-Type"); ok && !bodyless(x, r.Method) {
			h.Add("Content-Type", t)
		}
	} else {
		h = pass(h, x, e.forwarded)
		r.Upgrade = protocol(x.Request.Upgrade)
		r.ExpectContinue = x.Request.ExpectContinue
		if x.Request.Proto != "HTTP/1.0" {
			e.passTo(x.Sink)
			r.OnInterim = e.interim
		}
	}
	for _, f := range e.mapped.Header {
		if hostabi.EqualName(f.Name, "Host") {
			r.Host = f.Value
			continue
		}
		h.Set(f.Name, f.Value)
	}
	if x.API.Protocol == exchange.REST {
		if !h.Has("Accept") {
			h.Add("Accept", "application/json")
		}
		if !h.Has("User-Agent") {
			h.Add("User-Agent", "AmazonAPIGateway_"+x.API.ID)
		}
		h.Add("X-Amzn-Apigateway-Api-Id", x.API.ID)
	}
	h.Add("X-Amzn-Trace-Id", x.Trace())
	r.Header = h
	if !bodyless(x, r.Method) {
		r.Body, r.Size = content(&x.Request.Body)
		if x.Request.Body.Streams() {
			r.Interrupt = x.Request.Body.Interrupt
		}
		r.Trailer = x.Request.Trailer
	}
}

// protocol is what a client asks to switch to where that is one protocol, such
// as "websocket" or "TLS/1.0". Another Upgrade is ignored, as a server may (RFC
// 9110, section 7.8): a backend could pick what nobody here has looked at.
func protocol(upgrade string) string {
	name, version, versioned := strings.Cut(upgrade, "/")
	if !hostabi.ValidName(name) || versioned && !hostabi.ValidName(version) {
		return ""
	}
	return upgrade
}

// pass appends the client's fields that a backend sees. A REST API joins
// repeated ones; an HTTP API says in Forwarded what a REST API says in
// X-Forwarded-*.
func pass(h exchange.Header, x *exchange.Exchange, forwarded string) exchange.Header {
	rest := x.API.Protocol == exchange.REST
	for i := range x.Request.Header {
		f := x.Request.Header[i]
		if dropped(f.Name, f.Value, rest) {
			continue
		}
		if rest && joined(h, f) {
			continue
		}
		h = append(h, f)
	}
	if rest {
		h.Add("X-Forwarded-For", x.Request.Forwarded)
		h.Add("X-Forwarded-Port", x.Request.Port)
		h.Add("X-Forwarded-Proto", x.Request.Scheme)
		return h
	}
	h.Add("Forwarded", forwarded)
	return h
}

// joined appends f's value to a field of the same name that is there already.
func joined(h exchange.Header, f exchange.Field) bool {
	for i := range h {
		if hostabi.EqualName(h[i].Name, f.Name) {
			h[i].Value += "," + f.Value
			return true
		}
	}
	return false
}

// dropped reports a field that the backend does not get.
func dropped(name, value string, rest bool) bool {
	if rest && exchange.DroppedByREST(name) {
		return true
	}
	switch len(name) {
	case 3:
		return rest && hostabi.EqualName(name, "Via")
	case 9:
		return hostabi.EqualName(name, "Forwarded")
	case 13:
		return hostabi.EqualName(name, "Authorization") && strings.HasPrefix(value, "AWS4-HMAC-SHA256 ")
	case 15:
		return hostabi.EqualName(name, "X-Forwarded-For") || hostabi.EqualName(name, "X-Amzn-Trace-Id")
	case 16:
		return hostabi.EqualName(name, "X-Forwarded-Port") || hostabi.EqualName(name, "X-Forwarded-Host")
	case 17:
		return hostabi.EqualName(name, "X-Forwarded-Proto")
	case 22:
		// The gateway obeys it. One that it ignores, because of its case or
		// because it stands there twice, must not make the backend run a
		// method that nobody has authorized.
		return rest && hostabi.EqualName(name, "X-HTTP-Method-Override")
	case 24:
		return hostabi.EqualName(name, "X-Amzn-Apigateway-Api-Id")
	}
	return false
}

// appendForwarded appends the Forwarded field (RFC 7239) that an HTTP API sends
// in place of X-Forwarded-*.
func appendForwarded(b []byte, x *exchange.Exchange) []byte {
	rest := x.Request.Forwarded
	for first := true; rest != ""; first = false {
		var hop string
		hop, rest, _ = strings.Cut(rest, ",")
		if !first {
			b = append(b, ',')
		}
		b = append(b, "for="...)
		hop = strings.TrimSpace(hop)
		if isIPv6(hop) {
			b = append(append(append(b, `"[`...), hop...), `]"`...)
		} else {
			b = append(b, hop...)
		}
	}
	if h := x.Request.Host; h != "" {
		b = append(append(append(b, `;host="`...), h...), '"')
	}
	return append(append(b, ";proto="...), x.Request.Scheme...)
}

// isIPv6 reports whether s is an address of IP version 6.
func isIPv6(s string) bool {
	if strings.IndexByte(s, ':') < 0 {
		return false
	}
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6()
}

// withQuery adds the query. Without mapped parameters it is the client's as
// sent (http_proxy) or nothing (http). A mapped parameter that the client sent
// too follows its values, joined by ",".
func (p *Proxy) withQuery(uri []byte, x *exchange.Exchange, mapped []exchange.Field) []byte {
	separator := byte('?')
	if bytes.IndexByte(uri, '?') >= 0 { // the integration's own query
		separator = '&'
	}
	if len(mapped) == 0 {
		if p.Custom || x.Request.Query == "" {
			return uri
		}
		return append(append(uri, separator), x.Request.Query...)
	}
	put := func(name, value string) {
		uri = append(append(uri, separator), url.QueryEscape(name)...)
		uri = append(append(uri, '='), url.QueryEscape(value)...)
		separator = '&'
	}
	var sent []exchange.Field
	if !p.Custom {
		sent = x.QueryParams()
	}
	for i, f := range sent {
		switch m := indexOf(mapped, f.Name); {
		case m < 0:
			put(f.Name, f.Value)
		case indexOf(sent, f.Name) == i:
			put(f.Name, joinValues(sent, f.Name)+","+mapped[m].Value)
		}
	}
	for _, f := range mapped {
		if indexOf(sent, f.Name) < 0 {
			put(f.Name, f.Value)
		}
	}
	return uri
}

func joinValues(list []exchange.Field, name string) string {
	var values []string
	for _, f := range list {
		if f.Name == name {
			values = append(values, f.Value)
		}
	}
	return strings.Join(values, ",")
}

// indexOf is the first field of that name, -1 for none.
func indexOf(list []exchange.Field, name string) int {
	return slices.IndexFunc(list, func(f exchange.Field) bool { return f.Name == name })
}
