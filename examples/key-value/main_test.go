package main

import (
	"strings"
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

// step is a request and its answer.
type step struct {
	name        string
	method, key string
	header      porticotest.Pairs
	body        string
	status      int
	want        string
}

func (s step) run(t *testing.T, state *porticotest.State) porticotest.Answer {
	t.Helper()
	r := porticotest.Request{Method: s.method, Header: s.header, Body: s.body, State: state}
	if query, ok := strings.CutPrefix(s.key, "?"); ok {
		r.Query = query
	} else {
		r.PathParams = porticotest.Pairs{{"key", s.key}}
	}
	a, err := porticotest.Integrate(r)
	if err != nil || a.Status != s.status || a.Body != s.want {
		t.Errorf("%s: %d %s, %v, want %d %s", s.name, a.Status, a.Body, err, s.status, s.want)
	}
	return a
}

func header(name, value string) porticotest.Pairs { return porticotest.Pairs{{name, value}} }

const (
	notFound = `{"error":"there is no such item"}`
	changed  = `{"error":"the item is not the one that you named"}`
)

func TestAnItemIsMadeChangedAndRemoved(t *testing.T) {
	state := &porticotest.State{}
	one, two := tag([]byte(`{"n":1}`)), tag([]byte(`{"n":2}`))
	for _, s := range []step{
		{"none is there", "GET", "a", nil, "", 404, notFound},
		{"it is made", "PUT", "a", nil, `{"n":1}`, 201, ""},
		{"it is shown", "GET", "a", nil, "", 200, `{"n":1}`},
		{"not again to whom has it", "GET", "a", header("If-None-Match", `"x", W/`+one), "", 304, ""},
		{"it is shown to whom wants this one", "GET", "a", header("If-Match", one), "", 200, `{"n":1}`},
		{"and not to whom wants another", "GET", "a", header("If-Match", two), "", 412, changed},
		{"it is not made twice", "PUT", "a", header("If-None-Match", "*"), `{"n":2}`, 412, changed},
		{"it is changed by whom knows it", "PUT", "a", header("If-Match", one), `{"n":2}`, 204, ""},
		{"and not by whom knew it", "PUT", "a", header("If-Match", one), `{"n":3}`, 412, changed},
		{"a weak tag changes nothing", "PUT", "a", header("If-Match", "W/"+two), `{"n":3}`, 412, changed},
		{"it is changed by anybody", "PUT", "a", nil, `{"n":3}`, 204, ""},
		{"it is not removed by whom knew it", "DELETE", "a", header("If-Match", two), "", 412, changed},
		{"it is removed", "DELETE", "a", header("If-Match", "*"), "", 204, ""},
		{"it is gone", "GET", "a", nil, "", 404, notFound},
		{"it is not removed twice", "DELETE", "a", nil, "", 404, notFound},
		{"nothing is changed that is not there", "PUT", "a", header("If-Match", "*"), `{}`, 412, changed},
		{"it is made anew at once", "PUT", "a", header("If-None-Match", "*"), `{"n":4}`, 201, ""},
	} {
		s.run(t, state)
	}
}

func TestWhatIsNoItem(t *testing.T) {
	state := &porticotest.State{}
	for _, s := range []step{
		{"no JSON", "PUT", "a", nil, "{", 400, `{"error":"an item is JSON"}`},
		{"nothing", "PUT", "a", nil, "", 400, `{"error":"an item is JSON"}`},
		{"too much", "PUT", "a", nil, `"` + strings.Repeat("x", 1<<20) + `"`, 413, `{"error":"an item has at most 1 MiB"}`},
		{"a long key", "PUT", strings.Repeat("k", 501), nil, "1", 400, `{"error":"a key is UTF-8 and has at most 500 bytes"}`},
		{"the longest key", "PUT", strings.Repeat("k", 500), nil, "1", 201, ""},
		{"a key that is no text", "PUT", "\xff", nil, "1", 400, `{"error":"a key is UTF-8 and has at most 500 bytes"}`},
	} {
		s.run(t, state)
	}
}

func TestKeysAreListedByPages(t *testing.T) {
	state := &porticotest.State{}
	for _, key := range []string{"b/1", "a", "b/2", "c", "b/3"} {
		step{"it is made", "PUT", key, nil, "1", 201, ""}.run(t, state)
	}
	for _, s := range []step{
		{"all", "GET", "?", nil, "", 200, `{"keys":["a","b/1","b/2","b/3","c"]}`},
		{"a page", "GET", "?limit=2", nil, "", 200, `{"keys":["a","b/1"],"next":"b/1"}`},
		{"the next one", "GET", "?limit=2&after=b/1", nil, "", 200, `{"keys":["b/2","b/3"],"next":"b/3"}`},
		{"the last one", "GET", "?limit=2&after=b/3", nil, "", 200, `{"keys":["c"]}`},
		{"after the last", "GET", "?after=c", nil, "", 200, `{"keys":[]}`},
		{"a prefix", "GET", "?prefix=b/&limit=3", nil, "", 200, `{"keys":["b/1","b/2","b/3"]}`},
		{"no limit", "GET", "?limit=0", nil, "", 400, `{"error":"limit is a number from 1 to 100"}`},
		{"too much", "GET", "?limit=101", nil, "", 400, `{"error":"limit is a number from 1 to 100"}`},
		{"no number", "GET", "?limit=x", nil, "", 400, `{"error":"limit is a number from 1 to 100"}`},
		{"a long prefix", "GET", "?prefix=" + strings.Repeat("k", 501), nil, "", 400, `{"error":"prefix and after have at most 500 bytes"}`},
	} {
		s.run(t, state)
	}
}

func TestATagNamesAnItemByItsBytes(t *testing.T) {
	if tag([]byte("1")) == tag([]byte("2")) || tag([]byte("1")) != tag([]byte("1")) {
		t.Error("tags do not tell items apart")
	}
}
