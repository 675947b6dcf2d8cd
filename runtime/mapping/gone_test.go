package mapping

import (
	"context"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// TestAMapperWhoseClientHasLeft: that is no failure of the gateway, which an
// error log and a count of 5xx would make of it.
func TestAMapperWhoseClientHasLeft(t *testing.T) {
	f := &fake{name: "f", call: func(k hostabi.Kind, _ *exchange.Call) (int32, error) {
		return 0, &hostabi.Failure{Plugin: "f", Kind: k, Reason: hostabi.Canceled}
	}}
	chain := Chain{f.mapper(false)}
	_, way := chain.Request(context.Background(), newExchange())
	back := chain.Response(context.Background(), newExchange())
	for what, got := range map[string]*exchange.Refusal{"request": way, "response": back} {
		if got == nil || got.Status != 499 || got.Cause == nil {
			t.Errorf("%s: refusal %+v, want 499 with its cause", what, got)
		}
	}
}
