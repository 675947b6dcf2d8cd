// {{name}} decides whether a request may pass.
package main

import "github.com/portico-gateway/portico/sdk/go/authorizer"

func init() { authorizer.Handle(authorize) }

func authorize(r *authorizer.Request) authorizer.Decision {
	token, ok := r.Header("Authorization")
	switch {
	case !ok:
		return authorizer.Unauthorized // 401
	case token != "Bearer letmein":
		return authorizer.Deny // 403
	}
	if err := r.SetPrincipal("guest"); err != nil {
		return r.Fail(err)
	}
	return authorizer.Allow
}

func main() {}
