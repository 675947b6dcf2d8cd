// Check is the pair of session.wasm and add-tenant.wasm in one Go guest: an
// authorizer that looks at one header, and a mapper that adds one.
package main

import (
	"strings"

	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/requestmapper"
)

func init() {
	authorizer.Handle(func(r *authorizer.Request) authorizer.Decision {
		token, ok := strings.CutPrefix(r.Token(), "Bearer ")
		if !ok || token != "let-me-in" {
			return authorizer.Deny
		}
		if r.SetPrincipal("acme") != nil || r.SetContext("tenant", "acme") != nil {
			return authorizer.Deny
		}
		return authorizer.Allow
	})
	requestmapper.Handle(func(r *requestmapper.Request) error {
		return r.SetHeader("X-Tenant", "acme")
	})
}

func main() {}
