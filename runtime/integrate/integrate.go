// Package integrate calls what answers a route: an HTTP backend, a plugin in
// place of a Lambda function, or nothing but a mock.
package integrate

import (
	"context"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Integration answers requests. It fills x.Response, or says why it could not.
// It is safe for concurrent use.
type Integration interface {
	Integrate(ctx context.Context, x *exchange.Exchange) *exchange.Refusal
}

// Default time limits to the head of an integration's answer: 29 s for REST
// APIs and 30 s for HTTP APIs (AWS guide, "Quotas").
const (
	DefaultTimeoutREST = 29 * time.Second
	DefaultTimeoutHTTP = 30 * time.Second
	MinTimeout         = 50 * time.Millisecond
)

// Refusals of this phase. An HTTP API answers 503 for backends that cannot be
// reached or are late, and 500 for functions that fail; respond knows that of
// the types, and of(x, …) of the rest.
var (
	networkError    = &exchange.Refusal{Type: exchange.IntegrationFailure, Message: "Network error communicating with endpoint"}
	badBackend      = &exchange.Refusal{Type: exchange.IntegrationFailure, Status: 502}
	badBackendHTTP  = &exchange.Refusal{Type: exchange.IntegrationFailure}
	badFunction     = &exchange.Refusal{Type: exchange.IntegrationFailure, Status: 502}
	badFunctionHTTP = &exchange.Refusal{Type: exchange.IntegrationFailure, Status: 500}
	busyFunction    = &exchange.Refusal{Type: exchange.IntegrationFailure, Status: 503, ErrorType: "ServiceUnavailableException", Message: "Service Unavailable"}
	busyHTTP        = &exchange.Refusal{Type: exchange.IntegrationFailure, Status: 503}
	lateFunction    = &exchange.Refusal{Type: exchange.IntegrationTimeout}
	timedOut        = &exchange.Refusal{Type: exchange.IntegrationTimeout}
	misconfigured   = &exchange.Refusal{Type: exchange.APIConfigurationError}
	// tooLarge: the event of a function would be over Lambda's limit.
	tooLarge = &exchange.Refusal{Type: exchange.RequestTooLarge}
	// overLimit: a body without a length turned out to be over the gateway's
	// limit, which the accept phase answers where the length is known.
	overLimit = &exchange.Refusal{Type: exchange.BadProtocol, Status: 413}
	gone      = exchange.ClientGone
	// escape: the request would leave the integration's host or base path.
	escape = &exchange.Refusal{Type: exchange.BadProtocol, Status: 400, Message: "Bad Request"}
)

// of picks the refusal for the protocol of x's API.
func of(x *exchange.Exchange, rest, http *exchange.Refusal) *exchange.Refusal {
	if x.API.Protocol == exchange.HTTP {
		return http
	}
	return rest
}
