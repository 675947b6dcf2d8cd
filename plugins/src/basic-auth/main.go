// Basic-auth is an authorizer: HTTP Basic (RFC 7617) against users whose passwords
// are hashed by bcrypt, as htpasswd -B writes them.
//
// Built from this directory, with the compiler that internal/wat/compiled.txt
// names, by
//
//	CGO_ENABLED=0 GOOS=wasip1 GOARCH=wasm go build -trimpath -buildvcs=false -buildmode=c-shared -ldflags="-s -w -buildid=" -o ../../basic-auth.wasm .
package main

import (
	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
)

func init() {
	portico.Configure(configure)
	authorizer.Handle(authorize)
}

// authorize answers 401 to whatever is not a user's password: a client cannot
// tell which part of it is wrong. 403 is for clients that try too often.
func authorize(r *authorizer.Request) authorizer.Decision {
	header, ok := r.Header("Authorization")
	if !ok {
		return authorizer.Unauthorized
	}
	user, password, ok := credentials(header)
	if !ok {
		return refuse("not credentials of the scheme Basic, or too long")
	}
	users, err := current()
	if err != nil {
		return r.Fail(err)
	}
	a := attempt{user: user, password: password, users: users}
	if !a.remembered() {
		if wait, err := pace(r.SourceIP()); err != nil {
			return r.Fail(err)
		} else if wait > 0 {
			portico.Log(portico.Info, "refused: too many passwords are to be checked")
			return authorizer.Deny
		}
		if !a.right() {
			return refuse(a.problem())
		}
		a.remember()
	}
	if err := r.SetPrincipal(user); err != nil {
		return r.Fail(err)
	}
	return authorizer.Allow
}

func refuse(why string) authorizer.Decision {
	portico.Log(portico.Info, "refused: "+why)
	return authorizer.Unauthorized
}

func main() {}
