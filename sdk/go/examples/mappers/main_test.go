package main

import (
	"reflect"
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestBothMappersWorkTogether(t *testing.T) {
	if err := porticotest.Configure(`{}`); err == nil || err.Error() != "header is missing" {
		t.Errorf("an empty configuration gave %v", err)
	}
	if err := porticotest.Configure(`{"Header":"X-Tenant","Value":"acme"}`); err != nil {
		t.Fatal(err)
	}
	changed, _, err := porticotest.MapRequest(porticotest.Request{Path: "/a"})
	if err != nil || !reflect.DeepEqual(changed.Header, porticotest.Pairs{{"X-Tenant", "acme"}}) {
		t.Errorf("the request has %v, %v", changed.Header, err)
	}
	w, err := porticotest.MapResponse(changed, porticotest.Response{Status: 200})
	if err != nil || !reflect.DeepEqual(w.Header, porticotest.Pairs{{"X-Asked-For", "/a"}}) {
		t.Errorf("the response has %v, %v", w.Header, err)
	}
}
