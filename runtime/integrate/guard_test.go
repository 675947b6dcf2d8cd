package integrate

import (
	"context"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/mapping"
)

// TestWhatABackendMustNotSee: what a client sends to a backend past the
// gateway's own reading of it does not arrive.
func TestWhatABackendMustNotSee(t *testing.T) {
	t.Run("a method override", func(t *testing.T) {
		for _, value := range []string{"delete", "DELETE", "TRACE"} {
			fake, x := &client{resp: ok("")}, newExchange(exchange.REST)
			x.Request.Header = exchange.Header{{Name: "X-Http-Method-Override", Value: value}}
			proxy(t, fake, "http://b", nil).Integrate(context.Background(), x)
			if v, ok := fake.got.Header.Get("X-HTTP-Method-Override"); ok {
				t.Errorf("a REST API passes the override %q on", v)
			}
		}
	})
	t.Run("a type of content that nobody has said", func(t *testing.T) {
		fake, x := &client{resp: ok("")}, newExchange(exchange.HTTP)
		x.Request.Method = "POST"
		x.Request.Header = exchange.Header{{Name: "Content-Length", Value: "0"}}
		proxy(t, fake, "http://b", nil).Integrate(context.Background(), x)
		if v, ok := fake.got.Header.Get("Content-Type"); ok {
			t.Errorf("a request without content has Content-Type %q", v)
		}
	})
	t.Run("an Upgrade that is no single protocol", func(t *testing.T) {
		for sent, want := range map[string]string{"websocket": "websocket", "TLS/1.0": "TLS/1.0",
			"websocket, h2c": "", "h2c/": "", "a/b/c": "", "": ""} {
			fake, x := &client{resp: ok("")}, newExchange(exchange.HTTP)
			x.Request.Upgrade = sent
			if refusal := proxy(t, fake, "http://b", nil).Integrate(context.Background(), x); refusal != nil || fake.got.Upgrade != want {
				t.Errorf("Upgrade %q goes out as %q (%v), want %q", sent, fake.got.Upgrade, refusal, want)
			}
		}
	})
	t.Run("a mapped path value keeps one layer of encoding", func(t *testing.T) {
		fake, x := &client{resp: ok("")}, newExchange(exchange.REST)
		x.SetParams([]exchange.Field{{Name: "id", Value: "a%252Fb"}})
		proxy(t, fake, "http://b/{id}", func(o *ProxyOptions) {
			o.Parameters, _ = mapping.ParseRequest([]exchange.Field{{Name: "integration.request.path.id", Value: "method.request.path.id"}})
		}).Integrate(context.Background(), x)
		if want := "/a%252Fb?q=1&r=2"; fake.got.URI != want {
			t.Errorf("asked %s, want %s", fake.got.URI, want)
		}
	})
}
