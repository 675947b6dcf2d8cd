package runtime_test

import (
	"strings"
	"testing"
)

// orders is the gateway of the README, over a backend that echoes.
func orders(backend string) string {
	return `
[apis.orders]
protocol = "rest"

[apis.orders.authorizers.session]
type   = "token"
plugin = "session"

[[apis.orders.routes]]
route       = "GET /orders/{id}"
authorizer  = "session"
map_request = ["add-tenant"]
integration = { type = "http_proxy", uri = "http://${stageVariables.backend}/v1/orders/{id}" }

[[apis.orders.routes]]
route       = "ANY /echo"
integration = { type = "plugin", plugin = "echo" }

[apis.orders.stages."$default"]
variables = { backend = "` + backend + `" }
`
}

const tokens = "[config.tokens]\nlet-me-in = \"acme\"\n"

func serveOrders(t *testing.T) *stand {
	return serve(t, files(t, orders(echoing(t)), "session", "add-tenant", "echo", "session.toml", tokens))
}

// TestOrders walks the way of the README: an authorizer refuses and allows,
// a mapper adds a header, a plugin stands in place of a backend.
func TestOrders(t *testing.T) {
	s := serveOrders(t)
	for _, test := range []struct {
		name    string
		request string
		fields  []string
		want    string
	}{
		{"without a token it is 401", "GET /orders/1", nil, answer(
			"HTTP/1.1 401 Unauthorized",
			"Content-Length: 26",
			"Content-Type: application/json",
			"x-amz-apigw-id: <id>",
			"x-amzn-ErrorType: UnauthorizedException",
			"x-amzn-RequestId: <uuid>",
			"Date: <date>",
			"Connection: close",
			"",
			`{"message":"Unauthorized"}`)},
		{"with a wrong token it is 403", "GET /orders/1", []string{"Authorization: Bearer wrong"}, answer(
			"HTTP/1.1 403 Forbidden",
			"Content-Length: 110",
			"Content-Type: application/json",
			"x-amz-apigw-id: <id>",
			"x-amzn-ErrorType: AccessDeniedException",
			"x-amzn-RequestId: <uuid>",
			"Date: <date>",
			"Connection: close",
			"",
			`{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}`)},
		{"another path is 403", "GET /nowhere", nil, answer(
			"HTTP/1.1 403 Forbidden",
			"Content-Length: 42",
			"Content-Type: application/json",
			"x-amz-apigw-id: <id>",
			"x-amzn-ErrorType: MissingAuthenticationTokenException",
			"x-amzn-RequestId: <uuid>",
			"Date: <date>",
			"Connection: close",
			"",
			`{"message":"Missing Authentication Token"}`)},
		{"a plugin answers in place of a backend", "POST /echo", []string{"Content-Length: 0", "X-Tenant: made-up"}, answer(
			"HTTP/1.1 200 OK",
			"Content-Length: 29",
			"Content-Type: text/plain; charset=utf-8",
			"X-Amzn-Trace-Id: <trace>",
			"x-amz-apigw-id: <id>",
			"x-amzn-RequestId: <uuid>",
			"Date: <date>",
			"Connection: close",
			"",
			"POST /echo\nX-Tenant: made-up\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := s.bytes(test.request, test.fields...); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
	t.Run("with the right token the backend sees the mapped header", func(t *testing.T) {
		status, body := s.get("/orders/7?a=b", "Authorization: Bearer let-me-in", "X-Tenant: made-up")
		if status != 200 || !strings.HasPrefix(body, "GET /v1/orders/7?a=b\n") || !strings.Contains(body, "X-Tenant: acme\n") || strings.Contains(body, "made-up") {
			t.Errorf("got %d\n%s", status, body)
		}
	})
}
