// Package authorizer makes a plugin an authorizer: importing it exports
// portico_authorize.
package authorizer

import (
	"unsafe"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/internal/hook"
)

// Decision is what an authorizer answers.
type Decision int32

const (
	// Deny refuses with 403.
	Deny Decision = abi.AnswerDeny
	// Allow lets the request pass.
	Allow Decision = abi.AnswerAllow
	// Unauthorized refuses with 401.
	Unauthorized Decision = abi.AnswerUnauthorized
)

// Handle has f decide about requests. Call it once, from an init function.
func Handle(f func(r *Request) Decision) {
	hook.Set(&hook.Authorize, "authorize", func() int32 { return int32(f(&request)) })
}

var request Request

// Request is the request to be decided about.
type Request struct{ portico.Request }

// Token is the value of the authorizer's first identity source.
func (r *Request) Token() string { return r.Get(portico.Token) }

// Body reads the request's body.
func (r *Request) Body() portico.Body { return portico.RequestBody() }

// SetPrincipal says who the client is.
func (r *Request) SetPrincipal(id string) error { return abi.Err(abi.SetPrincipal(id)) }

// Kinds of values in the authorizer's context.
const (
	kindString  = 0
	kindNumber  = 1
	kindBoolean = 2
	kindJSON    = 3
)

// SetContext gives later phases a string, as $context.authorizer.key.
func (r *Request) SetContext(key, value string) error {
	return abi.Err(abi.SetAuthContext(key, kindString, value))
}

// SetContextNumber is SetContext for a number in JSON's notation.
func (r *Request) SetContextNumber(key, number string) error {
	return abi.Err(abi.SetAuthContext(key, kindNumber, number))
}

// SetContextBool is SetContext for a boolean.
func (r *Request) SetContextBool(key string, value bool) error {
	text := "false"
	if value {
		text = "true"
	}
	return abi.Err(abi.SetAuthContext(key, kindBoolean, text))
}

// SetContextJSON is SetContext for any JSON value. Only HTTP APIs take it.
func (r *Request) SetContextJSON(key, json string) error {
	return abi.Err(abi.SetAuthContext(key, kindJSON, json))
}

// Event appends the JSON event that a Lambda authorizer would get to dst.
func (r *Request) Event(dst []byte) ([]byte, error) { return portico.AppendEvent(dst) }

// Result gives the answer of a Lambda authorizer, as JSON: a policy document
// or, for HTTP APIs, {"isAuthorized": …}.
func (r *Request) Result(json []byte) Decision {
	if n := abi.ResultWrite(unsafe.String(unsafe.SliceData(json), len(json))); n < 0 {
		return Decision(n)
	}
	return abi.AnswerResult
}

// Fail answers that no decision could be made: the client gets 500 and the
// log err.
func (r *Request) Fail(err error) Decision {
	return Decision(portico.Failed(err))
}
