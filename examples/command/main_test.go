package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	const settings = `{"rates":{"fr":6.5}}`
	for name, test := range map[string]struct{ event, want string }{
		"a partner is let in": {`{"type":"REQUEST","identitySource":["partner acme"]}`,
			`{"context":{"partner":"acme"},"isAuthorized":true}`},
		"another scheme is not": {`{"type":"REQUEST","identitySource":["Basic xyz"]}`,
			`{"errorMessage":"Unauthorized"}`},
		"a price": {`{"pathParameters":{"country":"fr"},"requestContext":{"authorizer":{"lambda":{"partner":"acme"}}}}`,
			`{"body":"acme pays 6.50 for a parcel to fr\n","headers":{"content-type":"text/plain"},"statusCode":200}`},
		"no price": {`{"pathParameters":{"country":"aq"}}`, `{"body":"we do not ship to aq\n","statusCode":404}`},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := run(strings.NewReader(test.event), &out, settings); err != nil || strings.TrimSpace(out.String()) != test.want {
				t.Errorf("run = %s, %v, want %s", out.String(), err, test.want)
			}
		})
	}
	if err := run(strings.NewReader("{}"), nil, "no JSON"); err == nil {
		t.Error("a configuration that cannot be read is taken")
	}
}
