package event

import "github.com/portico-gateway/portico/runtime/exchange"

// AppendProxyV1 appends the event of format 1.0 that a proxy integration gets:
// of a REST API, or of an HTTP API, which adds "version" and keeps types in
// the authorizer's context. It reads the request's body into memory, where it
// stays. Set x.TraceID before if the event shall have it.
//
// It fails with ErrTooLarge, or with the error of reading the body; dst is
// then returned as it was. See API Gateway guide, "Set up Lambda proxy
// integrations", "Input format".
func AppendProxyV1(dst []byte, x *exchange.Exchange) ([]byte, error) {
	b, err := body(x)
	if err != nil {
		return dst, err
	}
	start := len(dst)
	dst = append(grow(dst, x, len(b)), '{')
	if isHTTP(x) {
		dst = appendMember(dst, "version", "1.0")
	}
	dst = appendMessageV1(dst, x, "null", false)
	dst = appendBody(dst, x, b, false)
	return limited(append(dst, '}'), start)
}

// appendMessageV1 appends what the events of format 1.0 have in common. empty
// stands for maps without entries.
func appendMessageV1(dst []byte, x *exchange.Exchange, empty string, authorizer bool) []byte {
	dst = appendMember(dst, "resource", resource(x))
	dst = appendMember(dst, "path", path(x))
	dst = appendMember(dst, "httpMethod", x.Request.Method)

	g := newGroups()
	g.addHeaders(x, true)
	g.build(true)
	dst = g.appendLast(appendKey(dst, "headers"), empty)
	dst = g.appendLists(appendKey(dst, "multiValueHeaders"), empty)
	g.free()

	g = newGroups()
	g.fields = append(g.fields, x.QueryParams()...)
	g.build(false)
	dst = g.appendLast(appendKey(dst, "queryStringParameters"), empty)
	dst = g.appendLists(appendKey(dst, "multiValueQueryStringParameters"), empty)
	g.free()

	dst = appendContextV1(dst, x, authorizer)
	dst = appendFields(appendKey(dst, "pathParameters"), x.PathParams, empty)
	dst = appendKey(dst, "stageVariables")
	if x.Stage == nil {
		return append(dst, empty...)
	}
	return appendFields(dst, x.Stage.Variables, empty)
}

// appendFields appends a map whose names are distinct.
func appendFields(dst []byte, fields []exchange.Field, empty string) []byte {
	if len(fields) == 0 {
		return append(dst, empty...)
	}
	dst = append(dst, '{')
	for i := range fields {
		dst = appendMember(dst, fields[i].Name, fields[i].Value)
	}
	return append(dst, '}')
}
