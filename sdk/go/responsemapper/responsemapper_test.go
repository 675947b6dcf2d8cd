package responsemapper_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
	"github.com/portico-gateway/portico/sdk/go/responsemapper"
)

func ExampleHandle() {
	responsemapper.Handle(func(w *responsemapper.Response, r *responsemapper.Request) error {
		return w.RemoveHeader("Server")
	})

	w, err := porticotest.MapResponse(porticotest.Request{}, porticotest.Response{
		Status: 200,
		Header: porticotest.Pairs{{"Server", "secret/1.0"}, {"Content-Type", "text/plain"}},
	})
	fmt.Println(w.Header, err)
	// Output: [[Content-Type text/plain]] <nil>
}

func TestMappersReadAndChangeResponses(t *testing.T) {
	responsemapper.Handle(func(w *responsemapper.Response, r *responsemapper.Request) error {
		body, err := io.ReadAll(w.Body())
		if err != nil {
			return err
		}
		kind, _ := w.Header("content-type")
		all := ""
		for name, value := range w.Headers() {
			all += name + "=" + value + ";"
		}
		_, err = w.Write(bytes.ToUpper(body))
		return errors.Join(err, w.SetStatus(w.Status()+1), w.AddHeader("X", kind+" "+all+r.Path()))
	})
	got, err := porticotest.MapResponse(porticotest.Request{Path: "/p"},
		porticotest.Response{Status: 200, Header: porticotest.Pairs{{"Content-Type", "a/b"}}, Body: "body"})
	want := porticotest.Response{Status: 201, Header: porticotest.Pairs{{"Content-Type", "a/b"}, {"X", "a/b Content-Type=a/b;/p"}}, Body: "BODY"}
	if !reflect.DeepEqual(got, want) || err != nil {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestAnErrorFailsTheResponse(t *testing.T) {
	responsemapper.Handle(func(*responsemapper.Response, *responsemapper.Request) error { return errors.New("no") })
	if _, err := porticotest.MapResponse(porticotest.Request{}, porticotest.Response{}); !errors.Is(err, porticotest.ErrFailed) {
		t.Errorf("got %v", err)
	}
}
