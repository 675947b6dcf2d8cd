package exchange

// ResponseType is the type of a gateway response, as an API's
// gateway_responses name it (AWS guide, "Gateway response types").
type ResponseType string

const (
	AccessDenied                 ResponseType = "ACCESS_DENIED"
	APIConfigurationError        ResponseType = "API_CONFIGURATION_ERROR"
	AuthorizerConfigurationError ResponseType = "AUTHORIZER_CONFIGURATION_ERROR"
	AuthorizerFailure            ResponseType = "AUTHORIZER_FAILURE"
	BadRequestBody               ResponseType = "BAD_REQUEST_BODY"
	BadRequestParameters         ResponseType = "BAD_REQUEST_PARAMETERS"
	Default4XX                   ResponseType = "DEFAULT_4XX"
	Default5XX                   ResponseType = "DEFAULT_5XX"
	ExpiredToken                 ResponseType = "EXPIRED_TOKEN"
	IntegrationFailure           ResponseType = "INTEGRATION_FAILURE"
	IntegrationTimeout           ResponseType = "INTEGRATION_TIMEOUT"
	InvalidAPIKey                ResponseType = "INVALID_API_KEY"
	InvalidSignature             ResponseType = "INVALID_SIGNATURE"
	MissingAuthenticationToken   ResponseType = "MISSING_AUTHENTICATION_TOKEN"
	QuotaExceeded                ResponseType = "QUOTA_EXCEEDED"
	RequestTooLarge              ResponseType = "REQUEST_TOO_LARGE"
	ResourceNotFound             ResponseType = "RESOURCE_NOT_FOUND"
	Throttled                    ResponseType = "THROTTLED"
	Unauthorized                 ResponseType = "UNAUTHORIZED"
	UnsupportedMediaType         ResponseType = "UNSUPPORTED_MEDIA_TYPE"
	WAFFiltered                  ResponseType = "WAF_FILTERED"

	// BadProtocol is the type of refusals that come before an API is known:
	// 400, 413, 414, 431. No gateway response changes them.
	BadProtocol ResponseType = "PROTOCOL"
)

// Refusal ends a request in any phase. The respond phase turns it into a
// gateway response; phases share one value per case, so it is never changed.
type Refusal struct {
	Type ResponseType
	// Status replaces the status of the type where a case has its own, 0
	// otherwise.
	Status int
	// ErrorType replaces the x-amzn-ErrorType of the type, "" otherwise.
	ErrorType string
	// Message replaces the message of the type, "" otherwise. Null makes it
	// the JSON null.
	Message string
	Null    bool
	// CapitalMessage makes the key "Message", as AWS does where a policy
	// denies.
	CapitalMessage bool
	// Header is added to the answer.
	Header Header
	// Cause goes to the log, never to the client. It is nil where the refusal
	// says all there is.
	Cause error
}

// ClientGone refuses a request whose client has left while a phase waited for
// something: nobody is there to be answered, and the log says 499 as nginx does.
var ClientGone = &Refusal{Type: BadProtocol, Status: 499, Message: "Client Closed Request"}

// Stalled refuses a request whose client stopped sending its body.
var Stalled = &Refusal{Type: BadProtocol, Status: 408, Message: "Request Timeout"}

// Because returns a copy of r with a cause for the log.
func (r *Refusal) Because(cause error) *Refusal {
	c := *r
	c.Cause = cause
	return &c
}
