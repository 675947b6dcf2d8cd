package main

import (
	"reflect"
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestRequest(t *testing.T) {
	for name, test := range map[string]struct {
		path, want string
		header     porticotest.Pairs
	}{
		"version 1 is moved":            {"/v1/orders/1", "/orders/1", porticotest.Pairs{{"X-Version", "1"}}},
		"another path stays as it is":   {"/orders/1", "/orders/1", nil},
		"v1 alone is not a path of v1":  {"/v1", "/v1", nil},
		"v10 is not a path of v1":       {"/v10/orders", "/v10/orders", nil},
		"an escape stays an escape":     {"/v1/a%2Fb", "/a%2Fb", porticotest.Pairs{{"X-Version", "1"}}},
		"only the front of it is moved": {"/v1/v1/x", "/v1/x", porticotest.Pairs{{"X-Version", "1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, answer, err := porticotest.MapRequest(porticotest.Request{Path: test.path})
			if err != nil || answer != nil || got.Path != test.want || len(got.Header)+len(test.header) > 0 && !reflect.DeepEqual(got.Header, test.header) {
				t.Errorf("MapRequest = %+v, %v, %v, want %s and %v", got, answer, err, test.want, test.header)
			}
		})
	}
}

func TestResponse(t *testing.T) {
	json := porticotest.Pairs{{"Content-Type", "application/json"}}
	for name, test := range map[string]struct{ before, want porticotest.Response }{
		"a card number is masked": {
			porticotest.Response{Status: 200, Header: json, Body: `{"card": "4111111111111111"}`},
			porticotest.Response{Status: 200, Header: json, Body: `{"card": "****1111"}`},
		},
		"an internal header is dropped": {
			porticotest.Response{Status: 200, Header: porticotest.Pairs{{"Content-Type", "text/plain"}, {"X-Internal-Host", "db1"}}, Body: `"card":"4111111111111111"`},
			porticotest.Response{Status: 200, Header: porticotest.Pairs{{"Content-Type", "text/plain"}}, Body: `"card":"4111111111111111"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := porticotest.MapResponse(porticotest.Request{}, test.before)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("MapResponse = %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}
