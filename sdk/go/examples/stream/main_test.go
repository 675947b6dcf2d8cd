package main

import (
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestEventsAreStreamed(t *testing.T) {
	a, err := porticotest.Integrate(porticotest.Request{Query: "events=2"})
	if err != nil || !a.Flushed || a.Body != "data: 0\n\ndata: 1\n\n" {
		t.Errorf("got %+v, %v", a, err)
	}
	if a, err := porticotest.Integrate(porticotest.Request{}); err != nil || a.Status != 400 {
		t.Errorf("without a number: %+v, %v", a, err)
	}
}
