package integrate

import (
	"context"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/mapping"
	"github.com/portico-gateway/portico/runtime/upstream"
)

// TestARefusedRequestGivesItsMemoryBack: neither a mapping that fails nor an
// address that is refused loses the memory of a call.
func TestARefusedRequestGivesItsMemoryBack(t *testing.T) {
	broken, err := mapping.ParseRequest([]exchange.Field{{Name: "integration.request.header.X", Value: "method.request.body"}})
	if err != nil {
		t.Fatal(err)
	}
	escaping, err := upstream.ParseTemplate("http://b:1/base/{proxy}", "proxy")
	if err != nil {
		t.Fatal(err)
	}
	made, before := 0, pool.New
	pool.New = func() any { made++; return before() }
	defer func() { pool.New = before }()
	for name, o := range map[string]ProxyOptions{
		"by a mapping":  {Parameters: broken, URI: escaping, KeepLimit: 1},
		"by an address": {URI: escaping},
	} {
		p, err := NewProxy(o)
		if err != nil {
			t.Fatal(err)
		}
		made = 0
		const requests = 200
		for range requests {
			x := newExchange(exchange.REST)
			x.Request.Method = "POST"
			x.Request.Body.SetBytes([]byte("ab"))
			x.SetParams([]exchange.Field{{Name: "proxy", Value: "../x"}})
			if p.Integrate(context.Background(), x) == nil || x.Finisher != nil {
				t.Fatalf("%s: not refused", name)
			}
		}
		// The pool may drop some, under the race detector one in four.
		if made > requests/2 {
			t.Errorf("refused %s: %d requests made memory for %d", name, requests, made)
		}
	}
}
