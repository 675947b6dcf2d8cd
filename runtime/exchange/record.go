package exchange

import "time"

// Record is what the phases note for the access log and the metrics. Times
// are 0 where a phase did not run.
type Record struct {
	// IntegrationStatus is the upstream's or the plugin's; 0 if none came.
	IntegrationStatus  int
	IntegrationLatency time.Duration
	// IntegrationError is the cause of a failed integration, for the log.
	IntegrationError error

	AuthorizerStatus  int
	AuthorizerLatency time.Duration
	AuthorizerError   string
	// AuthorizerCached says that a remembered decision served.
	AuthorizerCached bool

	// Status, ResponseLength and ResponseLatency are set by respond: status
	// and bytes of body sent, and the time from the request's head to the
	// answer's last byte.
	Status          int
	ResponseLength  int64
	ResponseLatency time.Duration

	// ErrorMessage, ErrorType and ErrorResponseType are $context.error.*.
	ErrorMessage, ErrorType, ErrorResponseType string
}
