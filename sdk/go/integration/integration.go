// Package integration makes a plugin an integration, which answers requests
// in place of a Lambda function: importing it exports portico_integrate.
package integration

import (
	"unsafe"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/internal/hook"
)

// Handle has f answer requests. An error answers 502 and goes to the log.
// Call it once, from an init function.
func Handle(f func(w *Response, r *Request) error) {
	hook.Set(&hook.Integrate, "integrate", func() int32 {
		response.result = false
		if err := f(&response, &request); err != nil {
			return portico.Failed(err)
		}
		if response.result {
			return abi.AnswerResult
		}
		return abi.AnswerContinue
	})
}

var (
	request  Request
	response = Response{Response: portico.NewResponse()}
)

// Request is the request to be answered.
type Request struct{ portico.Request }

// Body reads the request's body.
func (r *Request) Body() portico.Body { return portico.RequestBody() }

// Event appends the JSON event that a Lambda function would get to dst.
func (r *Request) Event(dst []byte) ([]byte, error) { return portico.AppendEvent(dst) }

// Response is the answer.
type Response struct {
	portico.Response
	result bool
}

// Flush sends status, headers and what was written so far. From then on only
// Write goes on, and each waits for the client.
func (w *Response) Flush() error { return abi.Err(abi.StreamFlush(abi.Response)) }

// Result gives the whole answer as a Lambda function would:
// {"statusCode": …, "headers": …, "body": …}. What was set otherwise is
// dropped.
func (w *Response) Result(json []byte) error {
	err := abi.Err(abi.ResultWrite(unsafe.String(unsafe.SliceData(json), len(json))))
	w.result = err == nil
	return err
}
