package event

import (
	"bytes"
	"encoding/base64"
	"errors"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// FunctionError is the error document that a runtime writes when a function
// throws: {"errorMessage": …, "errorType": …}.
type FunctionError struct {
	Message, Type string
}

func (e *FunctionError) Error() string {
	return "Lambda execution failed with status 200 due to customer function error: " + e.Message
}

// ErrUnauthorized reports an authorizer that threw exactly "Unauthorized",
// which is answered with 401.
var ErrUnauthorized = errors.New("authorizer threw Unauthorized")

// answer is a proxy response taken apart, each part as it stands in the text
// and nil where it is missing or null.
type answer struct {
	status, headers, multi, cookies, body, base64 part
	unknown                                       part   // the first member with another name
	name                                          string // of unknown
	fault                                         bool   // an error document
}

// part is one value of an answer and where it stands.
type part struct {
	raw []byte
	at  int
}

func (p part) malformed(text string) error { return &Malformed{Offset: p.at, Text: text} }

// read scans a text and returns its value and where that starts.
func read(json []byte) (value []byte, at int, err error) {
	s := scanner{data: json}
	if !s.document() {
		return nil, 0, &Malformed{Offset: s.pos, Text: s.text}
	}
	value, at = trimmed(json)
	return value, at, nil
}

// take reads the members of an answer that is an object. A name given twice
// counts with its last value, as for Lambda's own reader.
func (a *answer) take(raw []byte, at int) {
	var message, other bool
	o := members(raw, at)
	for o.next() {
		p := part{o.value, o.offset()}
		if string(o.value) == "null" {
			p.raw = nil
		}
		switch string(o.key) {
		case "statusCode":
			a.status = p
		case "headers":
			a.headers = p
		case "multiValueHeaders":
			a.multi = p
		case "cookies":
			a.cookies = p
		case "body":
			a.body = p
		case "isBase64Encoded":
			a.base64 = p
		case "errorMessage":
			message = true
			a.other(&o)
			continue
		case "errorType", "stackTrace", "trace", "requestId", "cause":
			a.other(&o)
			continue
		default:
			a.other(&o)
		}
		other = true
	}
	a.fault = message && !other
}

func (a *answer) other(o *object) {
	if a.unknown.raw == nil {
		a.unknown = part{o.value, o.offset()}
		a.name = string(o.key)
	}
}

// functionError reads an error document.
func functionError(raw []byte) *FunctionError {
	e := &FunctionError{}
	o := members(raw, 0)
	for o.next() {
		text := string(o.value)
		if o.value[0] == '"' {
			text = string(unquoted(o.value))
		}
		switch string(o.key) {
		case "errorMessage":
			e.Message = text
		case "errorType":
			e.Type = text
		}
	}
	return e
}

// statusCode reads a status: an integer, or one in a string.
func (p part) statusCode() (int, error) {
	text := p.raw
	if len(text) > 0 && text[0] == '"' {
		text = unquoted(text)
	}
	if len(text) != 3 {
		return 0, p.malformed("statusCode is not a status")
	}
	status := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, p.malformed("statusCode is not a status")
		}
		status = status*10 + int(c-'0')
	}
	if status < 200 || status > 599 {
		return 0, p.malformed("statusCode is not from 200 to 599")
	}
	return status, nil
}

// flag reads a boolean, false when missing.
func (p part) flag(name string) (bool, error) {
	switch string(p.raw) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, p.malformed(name + " is not a boolean")
}

// content reads the body into memory of its own. decode says that it is to be
// decoded from base64.
func (p part) content(decode bool) ([]byte, error) {
	if p.raw == nil {
		return nil, nil
	}
	if p.raw[0] != '"' {
		return nil, p.malformed("body is not a string")
	}
	b := appendUnquoted(make([]byte, 0, len(p.raw)), p.raw)
	if !decode {
		return b, nil
	}
	// Padding may be missing, as Java's decoder has it.
	n, err := base64.RawStdEncoding.Decode(b, bytes.TrimRight(b, "=\r\n"))
	if err != nil {
		return nil, p.malformed("body is not base64")
	}
	return b[:n], nil
}

// empty makes the response one that nobody has set.
func empty(x *exchange.Exchange) {
	x.Response.Status = 0
	x.Response.Header.Reset()
	x.Response.Body.SetBytes(nil)
	x.Response.Trailer = nil
}
