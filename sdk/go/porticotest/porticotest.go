//go:build !wasip1

package porticotest

import (
	"errors"
	"fmt"
	"strings"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/internal/hook"
)

// Pairs is an ordered list of names and values.
type Pairs [][2]string

// Request is the request that a handler is to see. Everything may be left
// out: the method is then GET and the path "/".
type Request struct {
	Method string
	Path   string // percent-encoded
	Query  string // raw; query parameters are read from it
	Header Pairs  // cookies are read from it
	Body   string

	PathParams     Pairs
	StageVariables Pairs
	AuthContext    Pairs

	// Identity holds the values of the authorizer's identity sources; the
	// first is Request.Token.
	Identity []string
	// Fields are other fields of the request, such as portico.SourceIP.
	Fields map[portico.Field]string
	// TimeUnixMs is when the request came.
	TimeUnixMs int64
	// Event is what Event gives; "" for none.
	Event string
	// Config is the plugin's configuration; "" stands for {}.
	Config string
	// Scratch is what the plugin stored for the request.
	Scratch []byte
	// State is what the plugin was granted and keeps; nil stands for nothing,
	// which ends with the call.
	State *State
}

// Response is a response before or after a handler.
type Response struct {
	Status int
	Header Pairs
	Body   string
}

// Decision is what an authorizer decided.
type Decision struct {
	Answer    authorizer.Decision
	Principal string
	Context   map[string]string // values as their JSON or text
	Result    string            // what Request.Result was given
	Log       []string
}

// ErrFailed reports a handler that failed; the error's text has what it
// logged.
var ErrFailed = errors.New("the handler failed")

// Configure runs the function that portico.Configure registered. The error has
// the text that the operator would see.
func Configure(config string) error {
	h := newHost(Request{Config: config}, nil)
	h.configuring = true
	if answer := h.run(hook.Configure, "configure"); answer != 0 {
		if h.configError != "" {
			return errors.New(h.configError)
		}
		return abi.Code(answer)
	}
	return nil
}

// Authorize has the authorizer decide about a request.
func Authorize(r Request) Decision {
	h := newHost(r, nil)
	answer := h.run(hook.Authorize, "authorize")
	return Decision{authorizer.Decision(answer), h.principal, h.context, h.result, h.log}
}

// MapRequest has the mapper change a request. response is nil unless the
// mapper answered itself.
func MapRequest(r Request) (changed Request, response *Response, err error) {
	h := newHost(r, nil)
	answer := h.run(hook.MapRequest, "map_request")
	if answer < 0 {
		return r, nil, h.failure(answer)
	}
	if answer == abi.AnswerRespond {
		response = h.answer()
	}
	r.Method, r.Path, r.Query = h.fields[portico.Method], h.fields[portico.Path], h.fields[portico.Query]
	r.Header, r.Body, r.Scratch = h.head[abi.Request], string(h.body[abi.Request]), h.scratch
	return r, response, nil
}

// MapResponse has the mapper change a response to a request.
func MapResponse(r Request, w Response) (Response, error) {
	h := newHost(r, &w)
	if answer := h.run(hook.MapResponse, "map_response"); answer < 0 {
		return w, h.failure(answer)
	}
	return *h.answer(), nil
}

// Answer is what an integration answered.
type Answer struct {
	Response
	Result  string // what Response.Result was given, if that counts
	Flushed bool
}

// Integrate has the integration answer a request.
func Integrate(r Request) (Answer, error) {
	h := newHost(r, nil)
	answer := h.run(hook.Integrate, "integrate")
	if answer < 0 {
		return Answer{}, h.failure(answer)
	}
	if answer == abi.AnswerResult {
		return Answer{Result: h.result}, nil
	}
	return Answer{Response: *h.answer(), Flushed: h.flushed}, nil
}

// run calls a handler with h in the gateway's place.
func (h *host) run(handler func() int32, kind string) int32 {
	if handler == nil {
		panic("porticotest: no handler for " + kind + " is registered")
	}
	before := abi.Current
	abi.Current = h
	defer func() { abi.Current = before }()
	return handler()
}

func (h *host) failure(answer int32) error {
	return fmt.Errorf("%w: %w: %s", ErrFailed, abi.Code(answer), strings.Join(h.log, "; "))
}

func (h *host) answer() *Response {
	status := h.status
	if status == 0 {
		status = 200
	}
	return &Response{status, h.head[abi.Response], string(h.body[abi.Response])}
}
