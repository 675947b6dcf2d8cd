package config

import "fmt"

// GatewayResponse is [apis.NAME.gateway_responses.TYPE]: how a refusal of the
// gateway looks. See API Gateway's Developer Guide, "Gateway response types".
type GatewayResponse struct {
	Key  string // path of the table, for Config.At
	Type string
	// The status instead of the type's own.
	Status int // 0 keeps it
	// Headers that are added, each a value in single quotes, or
	// method.request.header.X, context.X, stageVariables.X.
	Headers []Pair
	// Bodies by media type. $context.X, $stageVariables.X and
	// method.request.header.X are replaced; it is no template language.
	Body []Pair
}

// DefaultClientError and DefaultServerError stand for all types of a class that
// are not customised themselves.
const (
	DefaultClientError = "DEFAULT_4XX"
	DefaultServerError = "DEFAULT_5XX"
)

var responseTypes = []string{
	"ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE",
	"BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", DefaultClientError, DefaultServerError, "EXPIRED_TOKEN",
	"INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "INVALID_API_KEY", "INVALID_SIGNATURE",
	"MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED",
	"UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED",
}

func checkResponseType(s string) error {
	for _, t := range responseTypes {
		if s == t {
			return nil
		}
	}
	return choice("gateway response type", s, responseTypes)
}

var gatewayResponseTable = &table[GatewayResponse]{
	key: func(g *GatewayResponse) *string { return &g.Key },
	entries: []entry[GatewayResponse]{
		derived("status", integer(200, 599), func(g *GatewayResponse) *int { return &g.Status }, "the type's own"),
		field("headers", pairs("a table of header = value", checkHeaderPair), func(g *GatewayResponse) *[]Pair { return &g.Headers }, nil),
		field("body", pairs("a table of media type = text", func(name, _ string) error { return checkMediaType(name) }),
			func(g *GatewayResponse) *[]Pair { return &g.Body }, nil),
	},
	later: map[string]string{
		"templates": `write body = { "application/json" = '{"message":$context.error.messageString}' }`,
	},
	check: func(d *decoder, g *GatewayResponse) {
		if !d.failed[g.Key] && g.Status == 0 && g.Headers == nil && g.Body == nil {
			d.errorf(g.Key, "changes nothing; set status, headers or body")
		}
	},
}

func checkHeaderPair(name, value string) error {
	if !isToken(name) {
		return fmt.Errorf("%s is not the name of a header", quote(name))
	}
	return checkText(value)
}
