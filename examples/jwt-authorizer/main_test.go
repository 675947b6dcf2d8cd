package main

import (
	"testing"

	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/jwt"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestAuthorize(t *testing.T) {
	if err := porticotest.Configure(`{"scope":"orders:read"}`); err != nil {
		t.Fatal(err)
	}
	// Tokens need not be real: the state says what becomes of each.
	state := &porticotest.State{Issuers: map[string]porticotest.Issuer{"login": {
		Claims: map[string]string{
			"jane": `{"sub":"jane","scope":"profile orders:read"}`,
			"joe":  `{"sub":"joe","scope":"profile"}`,
			"none": `{"sub":"none"}`,
		},
		Refused: map[string]jwt.Error{"old": jwt.Expired},
	}}}
	for name, test := range map[string]struct {
		token     string
		state     *porticotest.State
		want      authorizer.Decision
		principal string
	}{
		"a token with the scope":             {"Bearer jane", state, authorizer.Allow, "jane"},
		"a token without it":                 {"Bearer joe", state, authorizer.Deny, ""},
		"a token without any":                {"Bearer none", state, authorizer.Deny, ""},
		"an old token":                       {"Bearer old", state, authorizer.Unauthorized, ""},
		"no token":                           {"Basic amFuZTo=", state, authorizer.Unauthorized, ""},
		"keys that cannot be had":            {"Bearer jane", &porticotest.State{Issuers: map[string]porticotest.Issuer{"login": {Down: true}}}, -9, ""},
		"an issuer that nobody has declared": {"Bearer jane", nil, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := porticotest.Authorize(porticotest.Request{Identity: []string{test.token}, State: test.state})
			if d.Answer != test.want || d.Principal != test.principal {
				t.Errorf("Authorize(%q) = %v, %q, want %v, %q", test.token, d.Answer, d.Principal, test.want, test.principal)
			}
		})
	}
}

func TestConfigureWantsAScope(t *testing.T) {
	if err := porticotest.Configure(`{}`); err == nil {
		t.Error("a configuration without a scope is taken")
	}
}
