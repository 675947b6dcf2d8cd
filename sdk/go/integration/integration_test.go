package integration_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/integration"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func ExampleHandle() {
	integration.Handle(func(w *integration.Response, r *integration.Request) error {
		name, ok := r.PathParam("name")
		if !ok {
			return w.SetStatus(404)
		}
		w.SetHeader("Content-Type", "text/plain")
		_, err := fmt.Fprintf(w, "Hello, %s!", name)
		return err
	})

	a, err := porticotest.Integrate(porticotest.Request{PathParams: porticotest.Pairs{{"name", "world"}}})
	fmt.Println(a.Status, a.Body, err)
	// Output: 200 Hello, world! <nil>
}

func TestIntegrationsStream(t *testing.T) {
	var after error
	integration.Handle(func(w *integration.Response, r *integration.Request) error {
		if err := w.SetStatus(202); err != nil {
			return err
		}
		for range 3 {
			if _, err := w.WriteString("tick\n"); err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
		}
		after = w.SetHeader("too", "late")
		return w.Close()
	})
	got, err := porticotest.Integrate(porticotest.Request{})
	want := porticotest.Answer{Response: porticotest.Response{Status: 202, Body: "tick\ntick\ntick\n"}, Flushed: true}
	if !reflect.DeepEqual(got, want) || err != nil {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if !errors.Is(after, portico.ErrPhase) {
		t.Errorf("a header after the flush gave %v", after)
	}
}

func TestIntegrationsAnswerAsLambdaFunctionsDo(t *testing.T) {
	integration.Handle(func(w *integration.Response, r *integration.Request) error {
		event, err := r.Event(nil)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(r.Body())
		if err != nil {
			return err
		}
		return w.Result(append(event, body...))
	})
	got, err := porticotest.Integrate(porticotest.Request{Event: "{}", Body: "x"})
	if want := (porticotest.Answer{Result: "{}x"}); !reflect.DeepEqual(got, want) || err != nil {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, err := porticotest.Integrate(porticotest.Request{}); !errors.Is(err, porticotest.ErrFailed) || !errors.Is(err, portico.ErrPhase) {
		t.Errorf("without an event: %v", err)
	}
}
