package event

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// AppendProxyV2 appends the event of format 2.0 that a proxy integration of
// an HTTP API gets. It reads the request's body into memory, where it stays.
// Set x.TraceID before if the event shall have it.
//
// It fails with ErrTooLarge, or with the error of reading the body; dst is
// then returned as it was. See API Gateway guide, "Working with AWS Lambda
// proxy integrations for HTTP APIs".
func AppendProxyV2(dst []byte, x *exchange.Exchange) ([]byte, error) {
	b, err := body(x)
	if err != nil {
		return dst, err
	}
	start := len(dst)
	dst = append(grow(dst, x, len(b)), '{')
	dst = appendMember(dst, "version", "2.0")
	dst = appendMessageV2(dst, x, false)
	dst = appendBody(dst, x, b, true)
	return limited(append(dst, '}'), start)
}

// appendMessageV2 appends what the events of format 2.0 have in common. Maps
// without entries are left out.
func appendMessageV2(dst []byte, x *exchange.Exchange, authorizer bool) []byte {
	dst = appendMember(dst, "routeKey", routeKey(x))
	dst = appendRawPath(dst, "rawPath", x)
	dst = appendMember(dst, "rawQueryString", x.Request.Query)
	dst = appendCookies(dst, x)

	g := newGroups()
	g.addHeaders(x, false)
	g.build(true)
	dst = g.appendJoined(appendKey(dst, "headers"), true)
	g.free()

	if params := x.QueryParams(); len(params) > 0 {
		g = newGroups()
		g.fields = append(g.fields, params...)
		g.build(false)
		dst = g.appendJoined(appendKey(dst, "queryStringParameters"), false)
		g.free()
	}
	dst = appendContextV2(dst, x, authorizer)
	if len(x.PathParams) > 0 {
		dst = appendFields(appendKey(dst, "pathParameters"), x.PathParams, "")
	}
	if x.Stage != nil && len(x.Stage.Variables) > 0 {
		dst = appendFields(appendKey(dst, "stageVariables"), x.Stage.Variables, "")
	}
	return dst
}

// appendCookies appends "cookies", each as the client wrote it, "name=value".
func appendCookies(dst []byte, x *exchange.Exchange) []byte {
	found := false
	for i := range x.Request.Header {
		if !hostabi.EqualName(x.Request.Header[i].Name, "Cookie") {
			continue
		}
		for rest := x.Request.Header[i].Value; rest != ""; {
			var cookie string
			cookie, rest, _ = strings.Cut(rest, ";")
			if cookie = strings.Trim(cookie, " \t"); cookie == "" {
				continue
			}
			if !found {
				found = true
				dst = append(appendKey(dst, "cookies"), '[')
			} else {
				dst = append(dst, ',')
			}
			dst = appendString(dst, cookie)
		}
	}
	if found {
		dst = append(dst, ']')
	}
	return dst
}
