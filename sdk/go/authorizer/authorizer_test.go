package authorizer_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func ExampleHandle() {
	// In a plugin this stands in an init function.
	authorizer.Handle(func(r *authorizer.Request) authorizer.Decision {
		token, ok := r.Header("Authorization")
		switch {
		case !ok:
			return authorizer.Unauthorized
		case token == "Bearer letmein":
			return authorizer.Allow
		}
		return authorizer.Deny
	})

	for _, token := range []string{"Bearer letmein", "Bearer guess"} {
		d := porticotest.Authorize(porticotest.Request{Header: porticotest.Pairs{{"Authorization", token}}})
		fmt.Println(token, d.Answer == authorizer.Allow)
	}
	// Output:
	// Bearer letmein true
	// Bearer guess false
}

func TestHandlersDecide(t *testing.T) {
	tests := []struct {
		name    string
		handler func(r *authorizer.Request) authorizer.Decision
		request porticotest.Request
		want    porticotest.Decision
	}{
		{"with principal and context", func(r *authorizer.Request) authorizer.Decision {
			for _, err := range []error{r.SetPrincipal("alice"), r.SetContext("s", "text"), r.SetContextNumber("n", "1.5"),
				r.SetContextBool("t", true), r.SetContextBool("f", false), r.SetContextJSON("j", `[1]`)} {
				if err != nil {
					return r.Fail(err)
				}
			}
			return authorizer.Allow
		}, porticotest.Request{}, porticotest.Decision{Answer: authorizer.Allow, Principal: "alice",
			Context: map[string]string{"s": "text", "n": "1.5", "t": "true", "f": "false", "j": "[1]"}}},
		{"by the token", func(r *authorizer.Request) authorizer.Decision {
			if r.Token() == "t" {
				return authorizer.Deny
			}
			return authorizer.Unauthorized
		}, porticotest.Request{Identity: []string{"t"}}, porticotest.Decision{Answer: authorizer.Deny, Context: map[string]string{}}},
		{"by a result out of the event and the body", func(r *authorizer.Request) authorizer.Decision {
			event, err := r.Event(nil)
			if err != nil {
				return r.Fail(err)
			}
			body, err := io.ReadAll(r.Body())
			if err != nil {
				return r.Fail(err)
			}
			return r.Result(append(event, body...))
		}, porticotest.Request{Event: `{"e":1}`, Body: "!"}, porticotest.Decision{Answer: 3, Result: `{"e":1}!`, Context: map[string]string{}}},
		{"not at all", func(r *authorizer.Request) authorizer.Decision {
			return r.Fail(errors.New("no keys"))
		}, porticotest.Request{}, porticotest.Decision{Answer: -13, Log: []string{"no keys"}, Context: map[string]string{}}},
		{"not without an event", func(r *authorizer.Request) authorizer.Decision {
			if _, err := r.Event(nil); !errors.Is(err, portico.ErrPhase) {
				return authorizer.Allow
			}
			return authorizer.Deny
		}, porticotest.Request{}, porticotest.Decision{Answer: authorizer.Deny, Context: map[string]string{}}},
		{"not with a principal that breaks lines", func(r *authorizer.Request) authorizer.Decision {
			if err := r.SetPrincipal("a\nb"); !errors.Is(err, portico.ErrInvalid) {
				return authorizer.Allow
			}
			return authorizer.Deny
		}, porticotest.Request{}, porticotest.Decision{Answer: authorizer.Deny, Context: map[string]string{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			authorizer.Handle(tt.handler)
			if got := porticotest.Authorize(tt.request); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
