// Jwt-authorizer lets in who has a token: signed by the issuer that the operator
// has declared, for this API, not expired, and with a scope. The gateway fetches the
// issuer's keys, keeps them, and verifies; the plugin only decides by the claims.
package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/integration"
	"github.com/portico-gateway/portico/sdk/go/jwt"
)

// needed is the scope that a token must have. It is read once for each instance.
var needed string

func init() {
	portico.Configure(configure)
	authorizer.Handle(authorize)
	integration.Handle(whoami)
}

func main() {}

func configure(text []byte) error {
	var config struct{ Scope string }
	if err := json.Unmarshal(text, &config); err != nil {
		return err
	}
	if config.Scope == "" {
		return errors.New(`want [config] scope = "…"`)
	}
	needed = config.Scope
	return nil
}

func authorize(r *authorizer.Request) authorizer.Decision {
	var claims struct {
		Sub   string
		Scope string
	}
	err := jwt.Into("login", r.Token(), &claims)
	var refused jwt.Error
	switch {
	case errors.As(err, &refused):
		portico.Log(portico.Info, err.Error()) // never the token
		return authorizer.Unauthorized
	case err != nil: // the keys cannot be had: 500, and not the client's fault
		return r.Fail(err)
	case !slices.Contains(strings.Fields(claims.Scope), needed):
		return authorizer.Deny
	}
	if err := r.SetPrincipal(claims.Sub); err != nil {
		return r.Fail(err)
	}
	return authorizer.Allow
}

func whoami(w *integration.Response, r *integration.Request) error {
	_, err := w.WriteString("you are " + r.Get(portico.Principal) + "\n")
	return err
}
