package event

import (
	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// addHeaders adds the request's fields as an integration sees them: without
// those that the gateway keeps to itself, then Host, the trace id and the
// X-Forwarded fields as the gateway says them, whatever the client sent.
func (g *groups) addHeaders(x *exchange.Exchange, cookies bool) {
	rest := x.API == nil || x.API.Protocol != exchange.HTTP
	for i := range x.Request.Header {
		f := &x.Request.Header[i]
		if own(f.Name) || rest && exchange.DroppedByREST(f.Name) || !cookies && hostabi.EqualName(f.Name, "Cookie") {
			continue
		}
		g.add(casing(f.Name), f.Value)
	}
	if x.Request.Host != "" {
		g.add("Host", x.Request.Host)
	}
	if x.TraceID != "" {
		g.add("X-Amzn-Trace-Id", x.TraceID)
	}
	if x.Request.Forwarded != "" {
		g.add("X-Forwarded-For", x.Request.Forwarded)
	}
	if x.Request.Port != "" {
		g.add("X-Forwarded-Port", x.Request.Port)
	}
	if x.Request.Scheme != "" {
		g.add("X-Forwarded-Proto", x.Request.Scheme)
	}
}

// own reports whether the gateway says a field itself, or never: it frames
// the message or holds for one hop.
func own(name string) bool {
	switch len(name) {
	case 15:
		return hostabi.EqualName(name, "X-Amzn-Trace-Id") || hostabi.EqualName(name, "X-Forwarded-For")
	case 16:
		return hostabi.EqualName(name, "X-Forwarded-Port") || exchange.Framing(name)
	case 17:
		return hostabi.EqualName(name, "X-Forwarded-Proto") || exchange.Framing(name)
	}
	return exchange.Framing(name)
}

// casing returns the name as events have it: as the client wrote it, but for
// two names that API Gateway writes its own way.
func casing(name string) string {
	switch {
	case len(name) == 13 && hostabi.EqualName(name, "Authorization"):
		return "Authorization"
	case len(name) == 10 && hostabi.EqualName(name, "User-Agent"):
		return "User-Agent"
	}
	return name
}
