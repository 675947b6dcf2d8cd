// Package requestmapper makes a plugin a mapper of requests: importing it
// exports portico_map_request.
package requestmapper

import (
	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/internal/hook"
)

// Handle has f change requests before their integration. An error fails the
// request with 500 and goes to the log. Call it once, from an init function.
func Handle(f func(r *Request) error) {
	hook.Set(&hook.MapRequest, "map_request", func() int32 {
		request.responded = false
		if err := f(&request); err != nil {
			return portico.Failed(err)
		}
		if request.responded {
			return abi.AnswerRespond
		}
		return abi.AnswerContinue
	})
}

var request = Request{Head: portico.RequestHead()}

// Request is the request to be changed. What is read is what earlier changes
// left.
type Request struct {
	portico.Request
	portico.Head

	responded bool
}

// SetMethod changes the method.
func (r *Request) SetMethod(method string) error {
	return abi.Err(abi.SetField(uint32(portico.Method), method))
}

// SetPath changes the path below the stage, percent-encoded, with a leading
// slash.
func (r *Request) SetPath(path string) error {
	return abi.Err(abi.SetField(uint32(portico.Path), path))
}

// SetQuery changes the raw query.
func (r *Request) SetQuery(query string) error {
	return abi.Err(abi.SetField(uint32(portico.Query), query))
}

// Body reads the request's body as it was before any Write in this call.
func (r *Request) Body() portico.Body { return portico.RequestBody() }

// Respond ends the request here: the response is sent when f returns without
// an error, and the integration is not called.
func (r *Request) Respond() portico.Response {
	r.responded = true
	return portico.NewResponse()
}
