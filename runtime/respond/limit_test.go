package respond

import (
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// TestABodyOverTheLimit: a REST API answers as AWS's front end does, without a
// field of its own; an HTTP API has its id on every error.
func TestABodyOverTheLimit(t *testing.T) {
	cases := []struct {
		name     string
		protocol exchange.Protocol
		want     string
	}{
		{"before an API is known", 0, "Content-Type: text; charset=utf-8"},
		{"of a REST API", exchange.REST, "Content-Type: text; charset=utf-8"},
		{"of an HTTP API", exchange.HTTP, "Content-Type: application/json\nApigw-Requestid: ext="},
	}
	for _, c := range cases {
		x, _ := newExchange(c.protocol)
		x.Request.BodyLimit = 4096
		x.Refused = &exchange.Refusal{Type: exchange.BadProtocol, Status: 413}
		new(Responses).Prepare(x)
		if got := text(x.Response.Header); x.Response.Status != 413 || got != c.want {
			t.Errorf("%s: %d\n%s\nwant 413\n%s", c.name, x.Response.Status, got, c.want)
		}
		if want := "HTTP content length exceeded 4096 bytes."; c.protocol != exchange.HTTP && x.Log.ErrorMessage != want {
			t.Errorf("%s: the message is %q, want %q", c.name, x.Log.ErrorMessage, want)
		}
	}
}
