// Package responsemapper makes a plugin a mapper of responses: importing it
// exports portico_map_response.
package responsemapper

import (
	"iter"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/internal/hook"
)

// Handle has f change responses before they are sent. An error fails the
// request with 500 and goes to the log. Call it once, from an init function.
func Handle(f func(w *Response, r *Request) error) {
	hook.Set(&hook.MapResponse, "map_response", func() int32 {
		if err := f(&response, &request); err != nil {
			return portico.Failed(err)
		}
		return abi.AnswerContinue
	})
}

var (
	request  Request
	response = Response{portico.NewResponse()}
)

// Request is the request as it went to the integration, without its body.
type Request struct{ portico.Request }

// Response is the response to be changed.
type Response struct{ portico.Response }

// Status is the response's status.
func (w *Response) Status() int { return int(abi.GetStatus()) }

// Header returns the values of a response header, joined by commas, and
// whether it is there.
func (w *Response) Header(name string) (string, bool) { return portico.ResponseHeader(name) }

// Headers yields all response headers in order.
func (w *Response) Headers() iter.Seq2[string, string] { return portico.AllResponseHeaders() }

// Body reads the response's body as it was before any Write in this call.
func (w *Response) Body() portico.Body { return portico.ResponseBody() }
