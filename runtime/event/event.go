// Package event speaks the JSON of Lambda functions: it builds the events
// that API Gateway would send from an exchange, and reads the answers that a
// function or a Lambda authorizer would give.
//
// Keys and JSON types are those of AWS's own samples and recordings; keys come
// in one fixed order. The events are written by hand into a buffer: nothing on
// this path uses reflection.
//
// What an event cannot have here: header names as the client cased them when
// the front does not keep their case, a Content-Length (Portico's exchange has
// none), client certificates, API keys, IAM and Cognito identities. Where AWS
// has null for what is missing, so has the event.
package event

import (
	"errors"
	"fmt"
	"slices"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// MaxEvent is the largest event in bytes: the 6 MB that Lambda takes for the
// payload of one call (AWS Lambda guide, "Quotas").
const MaxEvent = 6 << 20

// ErrTooLarge reports a request whose event would be larger than MaxEvent. A
// REST API answers it with REQUEST_TOO_LARGE, 413 "Request Too Long". It is
// also an exchange.ErrTooLarge.
var ErrTooLarge = fmt.Errorf("event larger than 6 MB: %w", exchange.ErrTooLarge)

// body keeps the request's body in memory and returns it.
func body(x *exchange.Exchange) ([]byte, error) {
	b, err := x.Request.Body.Keep(MaxEvent)
	switch {
	case err == nil:
		return b, nil
	case errors.Is(err, exchange.ErrTooLarge):
		return nil, ErrTooLarge
	}
	return nil, fmt.Errorf("read request body: %w", err)
}

// grow makes room for an event with a body of that size. Every field stands
// in an event about twice: in the map of last values and in that of all.
func grow(dst []byte, x *exchange.Exchange, body int) []byte {
	n := 2048 + body + body/2 + 3*len(x.Request.Query) + 2*len(x.Request.RawPath)
	for i := range x.Request.Header {
		n += 2*(len(x.Request.Header[i].Name)+len(x.Request.Header[i].Value)) + 16
	}
	for i := range x.AuthContext {
		n += len(x.AuthContext[i].Key) + len(x.AuthContext[i].Value) + 8
	}
	return slices.Grow(dst, n)
}

// limited returns the event that dst holds from start on, or ErrTooLarge and
// dst as it was.
func limited(dst []byte, start int) ([]byte, error) {
	if len(dst)-start > MaxEvent {
		return dst[:start], ErrTooLarge
	}
	return dst, nil
}
