package main

import (
	"testing"

	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestTheTokenDecides(t *testing.T) {
	for name, test := range map[string]struct {
		header porticotest.Pairs
		want   authorizer.Decision
	}{
		"the right token is allowed":          {porticotest.Pairs{{"Authorization", "Bearer letmein"}}, authorizer.Allow},
		"another one is denied":               {porticotest.Pairs{{"Authorization", "Bearer guess"}}, authorizer.Deny},
		"without one nobody knows the client": {nil, authorizer.Unauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			if got := porticotest.Authorize(porticotest.Request{Header: test.header}); got.Answer != test.want {
				t.Errorf("got %v, want %v", got.Answer, test.want)
			}
		})
	}
}
