// An authorizer that lets requests with one token pass.
package main

import "github.com/portico-gateway/portico/sdk/go/authorizer"

func init() {
	authorizer.Handle(func(r *authorizer.Request) authorizer.Decision {
		token, ok := r.Header("Authorization")
		switch {
		case !ok:
			return authorizer.Unauthorized
		case token == "Bearer letmein":
			return authorizer.Allow
		}
		return authorizer.Deny
	})
}

func main() {}
