package requestmapper_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
	"github.com/portico-gateway/portico/sdk/go/requestmapper"
)

func ExampleHandle() {
	requestmapper.Handle(func(r *requestmapper.Request) error {
		tenant, _, _ := strings.Cut(r.Get(portico.DomainName), ".")
		return r.SetHeader("X-Tenant", tenant)
	})

	changed, _, err := porticotest.MapRequest(porticotest.Request{
		Fields: map[portico.Field]string{portico.DomainName: "acme.example.com"},
	})
	fmt.Println(changed.Header, err)
	// Output: [[X-Tenant acme]] <nil>
}

func TestMappersChangeRequests(t *testing.T) {
	requestmapper.Handle(func(r *requestmapper.Request) error {
		body, err := io.ReadAll(r.Body())
		if err != nil {
			return err
		}
		_, err = r.WriteString(strings.ToUpper(string(body)))
		return errors.Join(err, r.SetMethod("PUT"), r.SetPath("/new"), r.SetQuery("a=b"), r.AddHeader("b", "2"),
			r.SetHeader("A", "9"), r.RemoveHeader("gone"), r.SetScratch([]byte("kept")), r.Close())
	})
	got, response, err := porticotest.MapRequest(porticotest.Request{Method: "POST", Path: "/old", Query: "x", Body: "body",
		Header: porticotest.Pairs{{"a", "1"}, {"gone", "1"}, {"A", "2"}}})
	want := porticotest.Request{Method: "PUT", Path: "/new", Query: "a=b", Body: "BODY",
		Header: porticotest.Pairs{{"A", "9"}, {"b", "2"}}, Scratch: []byte("kept")}
	if !reflect.DeepEqual(got, want) || response != nil || err != nil {
		t.Errorf("got %+v, %v, %v, want %+v", got, response, err, want)
	}
}

func TestMappersAnswerThemselves(t *testing.T) {
	requestmapper.Handle(func(r *requestmapper.Request) error {
		w := r.Respond()
		_, err := w.Write([]byte("come back later"))
		return errors.Join(err, w.SetStatus(503), w.SetHeader("Retry-After", "60"))
	})
	_, response, err := porticotest.MapRequest(porticotest.Request{})
	want := &porticotest.Response{Status: 503, Header: porticotest.Pairs{{"Retry-After", "60"}}, Body: "come back later"}
	if !reflect.DeepEqual(response, want) || err != nil {
		t.Errorf("got %+v, %v, want %+v", response, err, want)
	}
	requestmapper.Handle(func(*requestmapper.Request) error { return nil })
	if _, response, _ := porticotest.MapRequest(porticotest.Request{}); response != nil {
		t.Error("the next request is answered too")
	}
}

func TestWhatCannotStandInARequestIsRefused(t *testing.T) {
	var errs []error
	requestmapper.Handle(func(r *requestmapper.Request) error {
		errs = []error{r.SetPath("no/slash"), r.SetMethod("A B"), r.SetHeader("a", "b\r\nc"), r.SetHeader("a b", ""),
			r.AddHeader("Content-Length", "1"), r.RemoveHeader("host"), r.Close(), r.Close(), r.SetScratch(make([]byte, 65537))}
		return errors.New("enough")
	})
	_, _, err := porticotest.MapRequest(porticotest.Request{})
	want := []error{portico.ErrInvalid, portico.ErrInvalid, portico.ErrInvalid, portico.ErrInvalid,
		portico.ErrPermission, portico.ErrPermission, nil, portico.ErrClosed, portico.ErrTooLarge}
	for i := range want {
		if !errors.Is(errs[i], want[i]) {
			t.Errorf("%d: got %v, want %v", i, errs[i], want[i])
		}
	}
	if !errors.Is(err, porticotest.ErrFailed) || !strings.HasSuffix(err.Error(), "enough") {
		t.Errorf("the error is %v", err)
	}
}
