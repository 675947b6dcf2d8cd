package respond

import (
	"net/http"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// answer is the built-in gateway response of one type.
type answer struct {
	status    int
	errorType string
	message   string
	null      bool
	// spaced puts a space after the colon. API Gateway does so for errors of
	// validation and integration, and not for those before the method request.
	spaced bool
}

// answers holds the defaults of REST APIs: status, x-amzn-ErrorType and text
// of each gateway response (AWS guide, "Gateway response types"; spacing from
// recorded lengths).
var answers = map[exchange.ResponseType]answer{
	exchange.AccessDenied:                 {403, "AccessDeniedException", "User is not authorized to access this resource", false, false},
	exchange.APIConfigurationError:        {500, "InternalServerErrorException", "Internal server error", false, true},
	exchange.AuthorizerConfigurationError: {500, "AuthorizerConfigurationException", "", true, false},
	exchange.AuthorizerFailure:            {500, "AuthorizerFailureException", "", true, false},
	exchange.BadRequestBody:               {400, "BadRequestException", "Invalid request body", false, true},
	exchange.BadRequestParameters:         {400, "BadRequestException", "Missing required request parameters", false, true},
	exchange.ExpiredToken:                 {403, "ExpiredTokenException", "The security token included in the request is expired", false, false},
	exchange.IntegrationFailure:           {504, "InternalServerErrorException", "Internal server error", false, true},
	exchange.IntegrationTimeout:           {504, "InternalServerErrorException", "Endpoint request timed out", false, true},
	exchange.InvalidAPIKey:                {403, "ForbiddenException", "Forbidden", false, false},
	exchange.InvalidSignature:             {403, "InvalidSignatureException", "", false, false},
	exchange.MissingAuthenticationToken:   {403, "MissingAuthenticationTokenException", "Missing Authentication Token", false, false},
	exchange.QuotaExceeded:                {429, "LimitExceededException", "Limit Exceeded", false, false},
	exchange.RequestTooLarge:              {413, "BadRequestException", "Request Too Long", false, true},
	exchange.ResourceNotFound:             {404, "ResourceNotFoundException", "Not Found", false, false},
	exchange.Throttled:                    {429, "TooManyRequestsException", "Too Many Requests", false, false},
	exchange.Unauthorized:                 {401, "UnauthorizedException", "Unauthorized", false, false},
	exchange.UnsupportedMediaType:         {415, "BadRequestException", "Unsupported Media Type", false, true},
	exchange.WAFFiltered:                  {403, "ForbiddenException", "Forbidden", false, false},
	exchange.BadProtocol:                  {400, "BadRequestException", "Bad Request", false, false},
}

// Known reports whether t is the type of a gateway response that an API can
// customise.
func Known(t exchange.ResponseType) bool {
	if t == exchange.Default4XX || t == exchange.Default5XX {
		return true
	}
	_, ok := answers[t]
	return ok && t != exchange.BadProtocol
}

// httpStatus holds what an HTTP API answers where it differs from a REST API:
// it has no 502 and no 504 of its own (recorded 2020 to 2026).
var httpStatus = map[exchange.ResponseType]int{
	exchange.AuthorizerConfigurationError: 500,
	exchange.AuthorizerFailure:            500,
	exchange.IntegrationFailure:           503,
	exchange.IntegrationTimeout:           503,
	exchange.MissingAuthenticationToken:   404,
}

// httpMessage is the text of an HTTP API's fixed error for a status.
func httpMessage(status int) string {
	if status == http.StatusTooManyRequests {
		return "Too Many Requests"
	}
	return http.StatusText(status)
}
