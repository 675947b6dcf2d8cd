package exchange

import "time"

// Record is what the phases note for the access log and the metrics. Times
// are 0 where a phase did not run.
type Record struct {
	// IntegrationStatus is the upstream's, and 200 of a plugin that has answered,
	// as Lambda says of a function; 0 if none came.
	IntegrationStatus int
	// BackendStatus is the upstream's, too, but of a plugin what its answer says.
	BackendStatus      int
	IntegrationLatency time.Duration
	// IntegrationError is the cause of a failed integration, for the log.
	IntegrationError error

	AuthorizerStatus int
	// AuthorizerLatency is the time of the call, or the time that was waited for
	// another request's.
	AuthorizerLatency time.Duration
	AuthorizerError   string
	// AuthorizerCached says that a remembered decision served, AuthorizerShared
	// that the call of another request was waited for.
	AuthorizerCached, AuthorizerShared bool

	// Status, ResponseLength and ResponseLatency are set by respond: status
	// and bytes of body sent, and the time from the request's head to the
	// answer's last byte.
	Status          int
	ResponseLength  int64
	ResponseLatency time.Duration

	// ErrorMessage, ErrorType and ErrorResponseType are $context.error.*.
	ErrorMessage, ErrorType, ErrorResponseType string
}
