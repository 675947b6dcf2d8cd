package main

import (
	"testing"

	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

// The key "acme-key".
const config = `{"clients":{"acme":"afacab3575137afa4e00d9cbcafcb14c9ae25f779d964eb0ea5b2c4eb5dfd163"}}`

func TestAuthorize(t *testing.T) {
	if err := porticotest.Configure(config); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		key       string
		want      authorizer.Decision
		principal string
	}{
		"a known key is allowed":    {"acme-key", authorizer.Allow, "acme"},
		"an unknown key is refused": {"guess", authorizer.Deny, ""},
		"an empty key is refused":   {"", authorizer.Deny, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := porticotest.Authorize(porticotest.Request{Identity: []string{test.key}})
			if d.Answer != test.want || d.Principal != test.principal {
				t.Errorf("Authorize(%q) = %v, %q, want %v, %q", test.key, d.Answer, d.Principal, test.want, test.principal)
			}
		})
	}
}

func TestConfigureRefusesWhatIsNoHash(t *testing.T) {
	for _, config := range []string{`{}`, `{"clients":{"acme":"acme-key"}}`} {
		if err := porticotest.Configure(config); err == nil {
			t.Errorf("Configure(%s) succeeded, want an error", config)
		}
	}
}
