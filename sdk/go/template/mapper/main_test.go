package main

import (
	"reflect"
	"testing"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestTheBackendIsToldTheRequestID(t *testing.T) {
	got, _, err := porticotest.MapRequest(porticotest.Request{Fields: map[portico.Field]string{portico.RequestID: "id-1"}})
	if want := (porticotest.Pairs{{"X-Request-Id", "id-1"}}); err != nil || !reflect.DeepEqual(got.Header, want) {
		t.Errorf("got %v, %v, want %v", got.Header, err, want)
	}
}

func TestClientsDoNotSeeWhatTheBackendIs(t *testing.T) {
	backend := porticotest.Response{Status: 200, Header: porticotest.Pairs{{"Server", "secret/1.0"}, {"X-A", "1"}}}
	got, err := porticotest.MapResponse(porticotest.Request{}, backend)
	if want := (porticotest.Pairs{{"X-A", "1"}}); err != nil || !reflect.DeepEqual(got.Header, want) {
		t.Errorf("got %v, %v, want %v", got.Header, err, want)
	}
}
