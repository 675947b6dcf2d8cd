package integrate

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/mapping"
)

// Response is one integration response of a mock or http integration.
type Response struct {
	// Status is what the client gets.
	Status int
	// Pattern is matched from the start of the integration's status; ""
	// makes this the default response.
	Pattern string
	// Parameters map fields: method.response.header.{name}.
	Parameters []exchange.Field
	// Body replaces the integration's body; nil passes it on.
	Body *string
	// ContentType of Body; "application/json" where empty.
	ContentType string
}

// Errors of integration responses.
var (
	ErrPattern   = errors.New("pattern")
	ErrDefault   = errors.New("more than one response without a pattern")
	ErrResponses = errors.New("no responses: an integration of this type answers only with what they say; add responses = [{ status = 200 }] or use type http_proxy")
)

// responses selects by status. The first pattern that matches wins, else the
// default response (AWS guide, "Set up integration responses").
type responses struct {
	list     []response
	fallback *response
}

type response struct {
	status      int
	pattern     *regexp.Regexp
	parameters  *mapping.Parameters
	body        []byte
	replace     bool
	contentType string
}

func newResponses(list []Response) (*responses, error) {
	if len(list) == 0 {
		return nil, ErrResponses
	}
	r := &responses{list: make([]response, len(list))}
	var errs []error
	for i, from := range list {
		to := &r.list[i]
		to.status, to.contentType = from.Status, from.ContentType
		if to.status < 200 || to.status > 599 {
			errs = append(errs, fmt.Errorf("responses[%d].status: must be 200 to 599, got %d", i, from.Status))
		}
		if to.contentType == "" {
			to.contentType = "application/json"
		}
		if from.Body != nil {
			to.body, to.replace = []byte(*from.Body), true
		}
		var err error
		if to.parameters, err = mapping.ParseResponse(from.Parameters); err != nil {
			errs = append(errs, fmt.Errorf("responses[%d].parameters: %w", i, err))
		}
		if from.Pattern == "" {
			if r.fallback != nil {
				errs = append(errs, fmt.Errorf("responses[%d]: %w", i, ErrDefault))
			}
			r.fallback = to
			continue
		}
		if to.pattern, err = regexp.Compile(`\A(?:` + from.Pattern + `)`); err != nil {
			errs = append(errs, fmt.Errorf("responses[%d]: %w: %q: %w", i, ErrPattern, from.Pattern, err))
		}
	}
	return r, errors.Join(errs...)
}

func (r *responses) pick(status int) *response {
	text := strconv.Itoa(status)
	for i := range r.list {
		if p := r.list[i].pattern; p != nil && p.MatchString(text) {
			return &r.list[i]
		}
	}
	return r.fallback
}

// apply makes the client's response of the integration's: its status, the
// mapped fields and no other but the type of its content, its body.
func (r *responses) apply(x *exchange.Exchange, from exchange.Header, keep int) *exchange.Refusal {
	to := r.pick(x.Log.IntegrationStatus)
	if to == nil {
		return misconfigured.Because(fmt.Errorf("no integration response matches status %d and none is the default", x.Log.IntegrationStatus))
	}
	x.Response.Status = to.status
	x.Response.Header.Reset()
	if to.replace {
		x.Response.Header.Add("Content-Type", to.contentType)
		x.Response.Body.SetBytes(to.body)
		x.Response.Trailer = nil
	} else if t, ok := from.Get("Content-Type"); ok {
		x.Response.Header.Add("Content-Type", t)
	}
	return to.parameters.Response(x, from, keep)
}
