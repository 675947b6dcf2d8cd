package main

import (
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestHandle(t *testing.T) {
	for name, test := range map[string]struct{ event, want string }{
		"an order is created": {
			`{"body":"{\"quantity\":2}","pathParameters":{"item":"tea"},"requestContext":{"routeKey":"POST /items/{item}"}}`,
			`{"statusCode":201,"headers":{"content-type":"application/json"},"cookies":["last=tea; HttpOnly"],"body":"{\"item\":\"tea\",\"quantity\":2,\"route\":\"POST /items/{item}\"}"}`,
		},
		"a body in base64 is decoded": {
			`{"body":"eyJxdWFudGl0eSI6MH0=","isBase64Encoded":true}`,
			`{"statusCode":400,"headers":{"content-type":"application/json"},"body":"{\"error\":\"quantity must be at least 1\"}"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := porticotest.Integrate(porticotest.Request{Event: test.event})
			if err != nil || a.Result != test.want {
				t.Errorf("Integrate = %s, %v, want %s", a.Result, err, test.want)
			}
		})
	}
}
