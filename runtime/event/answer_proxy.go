package event

import (
	"strconv"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// ParseProxyV1 reads an answer of format 1.0 into x.Response:
// {statusCode, headers, multiValueHeaders, body, isBase64Encoded}. It copies
// what it keeps of json. The error is a *Malformed or a *FunctionError;
// x.Response is then empty.
//
// A REST API takes no other key, defaults to status 200 and to Content-Type
// application/json, and decodes a body only when the client's first Accept
// type is one of binaryMediaTypes. An HTTP API passes over other keys, needs a
// status, and decodes always (aws/aws-sam-cli#2941, 2021). A Content-Length is
// remapped by the former and dropped by the latter; other fields that frame
// the message are the respond phase's to drop. See API Gateway guide, "Set up
// Lambda proxy integrations", "Output format"; where we chose, RATIONALE.md.
func ParseProxyV1(json []byte, x *exchange.Exchange) error {
	empty(x)
	value, at, err := read(json)
	if err != nil {
		return err
	}
	if value[0] != '{' {
		return part{at: at}.malformed("not an object")
	}
	var a answer
	a.take(value, at)
	if a.fault {
		return functionError(value)
	}
	rest := !isHTTP(x)
	switch {
	case rest && a.unknown.raw != nil:
		err = a.unknown.unknown(a.name)
	case rest && a.cookies.at > 0: // there, if only as null
		err = a.cookies.unknown("cookies")
	case !rest && a.status.raw == nil:
		err = a.status.malformed("no statusCode")
	default:
		a.cookies = part{}
		err = a.write(x, rest)
	}
	if err != nil {
		empty(x)
	}
	return err
}

// ParseProxyV2 reads an answer of format 2.0 into x.Response: {statusCode,
// headers, cookies, body, isBase64Encoded}; other keys, multiValueHeaders
// among them, are passed over. Any other JSON is inferred to be the body of a
// 200 with content-type application/json, but for an error document, which is
// a function error. It copies what it keeps of json. The error is a
// *Malformed or a *FunctionError; x.Response is then empty.
//
// See API Gateway guide, "Lambda function response for format 2.0".
func ParseProxyV2(json []byte, x *exchange.Exchange) error {
	empty(x)
	value, at, err := read(json)
	if err != nil {
		return err
	}
	var a answer
	if value[0] == '{' {
		a.take(value, at)
	}
	switch {
	case a.fault:
		return functionError(value)
	case a.status.raw == nil:
		x.Response.Status = 200
		x.Response.Header.Add("content-type", "application/json")
		x.Response.Body.SetBytes(append([]byte(nil), value...))
		return nil
	}
	a.multi = part{}
	if err = a.write(x, false); err != nil {
		empty(x)
	}
	return err
}

func (p part) unknown(key string) error {
	return p.malformed("a proxy response has no key " + strconv.Quote(key))
}

// write puts the answer into the response.
func (a *answer) write(x *exchange.Exchange, rest bool) error {
	x.Response.Status = 200
	if a.status.raw != nil {
		status, err := a.status.statusCode()
		if err != nil {
			return err
		}
		x.Response.Status = status
	}
	f := fields{x: x}
	if err := f.addMulti(a.multi); err != nil {
		return err
	}
	if err := f.addSingle(a.headers); err != nil {
		return err
	}
	if err := f.addCookies(a.cookies); err != nil {
		return err
	}
	encoded, err := a.base64.flag("isBase64Encoded")
	if err != nil {
		return err
	}
	b, err := a.body.content(encoded && (!rest || acceptsBinary(x)))
	if err != nil {
		return err
	}
	x.Response.Body.SetBytes(b)
	if f.typed {
		return nil
	}
	if rest {
		x.Response.Header.Add("Content-Type", "application/json")
	} else if len(b) > 0 {
		x.Response.Header.Add("content-type", "text/plain;charset=UTF-8")
	}
	return nil
}

// acceptsBinary reports whether the client asks for a binary type first.
func acceptsBinary(x *exchange.Exchange) bool {
	if x.API == nil {
		return false
	}
	accept, _ := x.Request.Header.Get("Accept")
	return matchesType(x.API.BinaryTypes, mediaType(accept))
}
