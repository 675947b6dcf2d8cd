package main

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestTokensAreIntrospectedOnceAMinute(t *testing.T) {
	if err := porticotest.Configure(`{"url":"https://auth.example/introspect"}`); err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	var asked []porticotest.HTTPRequest
	state := &porticotest.State{
		Now:     func() time.Time { return now },
		Secrets: map[string]porticotest.Secret{"introspection": {Value: "Basic Zm9v", UseOnly: true}},
		HTTP: func(r porticotest.HTTPRequest) (porticotest.HTTPAnswer, error) {
			asked = append(asked, r)
			switch {
			case strings.Contains(r.Body, "good"):
				return porticotest.HTTPAnswer{Body: `{"active":true,"sub":"alice"}`}, nil
			case strings.Contains(r.Body, "bad"):
				return porticotest.HTTPAnswer{Body: `{"active":false}`}, nil
			case strings.Contains(r.Body, "down"):
				return porticotest.HTTPAnswer{Status: 503}, nil
			}
			return porticotest.HTTPAnswer{}, errors.New("connection refused")
		},
	}
	decide := func(header string) porticotest.Decision {
		return porticotest.Authorize(porticotest.Request{State: state, Header: porticotest.Pairs{{"Authorization", header}}})
	}
	tests := []struct {
		header    string
		want      authorizer.Decision
		principal string
		asks      int // requests so far
	}{
		{"Bearer good", authorizer.Allow, "alice", 1},
		{"Bearer good", authorizer.Allow, "alice", 1},
		{"Bearer bad", authorizer.Unauthorized, "", 2},
		{"Bearer bad", authorizer.Unauthorized, "", 2},
		{"Basic x", authorizer.Unauthorized, "", 2},
		{"Bearer down", -13, "", 3}, // a failure, and not remembered
		{"Bearer down", -13, "", 4},
		{"Bearer gone", -9, "", 5},
	}
	for _, tt := range tests {
		if got := decide(tt.header); got.Answer != tt.want || got.Principal != tt.principal || len(asked) != tt.asks {
			t.Errorf("%s gave %+v after %d requests, want %+v", tt.header, got, len(asked), tt)
		}
	}
	now = now.Add(remembered)
	if decide("Bearer good"); len(asked) != 6 {
		t.Errorf("after a minute there are %d requests, want 6", len(asked))
	}
	want := porticotest.HTTPRequest{Method: "POST", URL: "https://auth.example/introspect", Body: "token=good", Timeout: 2 * time.Second,
		Header: porticotest.Pairs{{"Authorization", "Basic Zm9v"}, {"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}}}
	if !reflect.DeepEqual(asked[0], want) {
		t.Errorf("it asked\n%+v, want\n%+v", asked[0], want)
	}
}

func TestAConfigurationWithoutAnEndpointIsRefused(t *testing.T) {
	if err := porticotest.Configure(`{}`); err == nil || err.Error() != "url is missing" {
		t.Errorf("got %v", err)
	}
}
