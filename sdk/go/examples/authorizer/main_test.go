package main

import (
	"testing"

	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestTheTokenDecides(t *testing.T) {
	tests := []struct {
		name   string
		header porticotest.Pairs
		want   authorizer.Decision
	}{
		{"the right one allows", porticotest.Pairs{{"authorization", "Bearer letmein"}}, authorizer.Allow},
		{"a wrong one is denied", porticotest.Pairs{{"authorization", "Bearer guess"}}, authorizer.Deny},
		{"none is unauthorized", nil, authorizer.Unauthorized},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := porticotest.Authorize(porticotest.Request{Header: tt.header}); got.Answer != tt.want {
				t.Errorf("got %v, want %v", got.Answer, tt.want)
			}
		})
	}
}
