package main

import (
	"reflect"
	"testing"
	"time"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

func TestEachClientHasItsBucket(t *testing.T) {
	now := time.Unix(0, 0)
	state := &porticotest.State{
		Now:     func() time.Time { return now },
		Buckets: map[string]porticotest.Bucket{"clients": {Rate: 0.5, Burst: 2}},
		Metrics: map[string]porticotest.Metric{"limited_total": {Type: "counter"}},
	}
	ask := func(client string) *porticotest.Response {
		_, w, err := porticotest.MapRequest(porticotest.Request{State: state, Fields: map[portico.Field]string{portico.SourceIP: client}})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, client := range []string{"192.0.2.1", "192.0.2.1", "192.0.2.2"} {
		if w := ask(client); w != nil {
			t.Errorf("%s was answered %+v", client, w)
		}
	}
	want := &porticotest.Response{Status: 429, Header: porticotest.Pairs{{"Retry-After", "2"}}}
	if w := ask("192.0.2.1"); !reflect.DeepEqual(w, want) {
		t.Errorf("the third request got %+v, want %+v", w, want)
	}
	if n := state.Metric("limited_total"); n != 1 {
		t.Errorf("counted %v, want 1", n)
	}
	now = now.Add(2 * time.Second)
	if w := ask("192.0.2.1"); w != nil {
		t.Errorf("after two seconds it was answered %+v", w)
	}
}

func TestWithoutABucketItFails(t *testing.T) {
	if _, _, err := porticotest.MapRequest(porticotest.Request{}); err == nil {
		t.Error("it lets everyone pass")
	}
}
