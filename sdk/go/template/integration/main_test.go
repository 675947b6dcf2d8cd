package main

import (
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestWhoGivesANameIsGreeted(t *testing.T) {
	for query, want := range map[string]porticotest.Response{
		"name=world": {Status: 200, Body: "hello world\n"},
		"":           {Status: 400, Body: "say who you are: ?name=\n"},
	} {
		got, err := porticotest.Integrate(porticotest.Request{Query: query})
		if err != nil || got.Status != want.Status || got.Body != want.Body {
			t.Errorf("?%s: got %+v, %v, want %+v", query, got, err, want)
		}
	}
}
