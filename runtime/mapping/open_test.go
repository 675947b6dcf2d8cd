package mapping

import (
	"context"
	"errors"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// TestAMapperThatFailsOpen: the route, its parameters and the path agree
// whatever the mapper did before it failed, and nothing of an answer that it
// did not give is left.
func TestAMapperThatFailsOpen(t *testing.T) {
	cases := []struct{ name, set, path, id string }{
		{"a path that fits binds anew", "/orders/2", "/orders/2", "2"},
		{"a path that does not fit is taken back", "/admin", "/orders/1", "1"},
		{"a path that goes on is taken back", "/orders/2/items", "/orders/1", "1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{name: "f", call: func(_ hostabi.Kind, call *exchange.Call) (int32, error) {
				if err := errors.Join(call.SetField(hostabi.FieldPath, c.set), call.SetStatus(403),
					call.SetHeader(true, "X-Left", "over")); err != nil {
					t.Error(err)
				}
				if _, err := call.WriteBody(true, []byte("left over")); err != nil {
					t.Error(err)
				}
				return 0, errors.New("trapped")
			}}
			x := newExchange()
			respond, refusal := Chain{f.mapper(true)}.Request(context.Background(), x)
			if respond || refusal != nil {
				t.Fatalf("respond %v, refusal %v", respond, refusal)
			}
			id, _ := x.PathParam("id")
			if x.Request.Path != c.path || id != c.id {
				t.Errorf("path %s with id %s, want %s with %s", x.Request.Path, id, c.path, c.id)
			}
			if x.Response.Status != 0 || len(x.Response.Header) != 0 || !x.Response.Body.Empty() {
				t.Errorf("left of the answer: %d %v, %d bytes", x.Response.Status, x.Response.Header, x.Response.Body.Size())
			}
		})
	}
}
