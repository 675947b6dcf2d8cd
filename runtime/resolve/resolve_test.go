package resolve

import (
	"errors"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
)

func mounts() []Mount {
	rest := &exchange.API{Name: "rest", Protocol: exchange.REST}
	http := &exchange.API{Name: "http", Protocol: exchange.HTTP}
	bare := &exchange.API{Name: "bare", Protocol: exchange.HTTP}
	prod, dev := &exchange.Stage{Name: "prod", InPath: true}, &exchange.Stage{Name: "dev", InPath: true}
	def := &exchange.Stage{Name: "$default", Default: true}
	mapped := &exchange.Stage{Name: "prod", BasePath: "/shop"}
	return []Mount{
		{API: rest, Target: 0, BasePath: "/rest", Stages: []*exchange.Stage{prod, dev}},
		{API: http, Target: 1, Stages: []*exchange.Stage{def, dev}},
		{API: bare, Target: 2, BasePath: "/bare", Stages: []*exchange.Stage{dev}},
		{API: rest, Target: 3, Hosts: []string{"Shop.example.com"}, BasePath: "/shop", Stage: mapped},
		{API: rest, Target: 4, Hosts: []string{"shop.example.com"}, BasePath: "/shop/new", Stage: mapped},
		{API: http, Target: 5, Hosts: []string{"*.example.com"}, Stages: []*exchange.Stage{def}},
		{API: http, Target: 6, Hosts: []string{"*.eu.example.com"}, Stages: []*exchange.Stage{def}},
	}
}

func TestResolve(t *testing.T) {
	table, err := New(mounts())
	if err != nil {
		t.Fatal(err)
	}
	type found struct {
		target      int
		stage, path string
		refusal     *exchange.Refusal
	}
	cases := []struct {
		name, host, path string
		want             found
	}{
		{"a REST API's stage is in its path", "h", "/rest/prod/a/b", found{0, "prod", "/a/b", nil}},
		{"a stage alone is the root", "h", "/rest/dev", found{0, "dev", "/", nil}},
		{"a stage keeps a trailing slash", "h", "/rest/dev/", found{0, "dev", "/", nil}},
		{"an unknown stage of a REST API is forbidden", "h", "/rest/test/a", found{0, "", "", noStage}},
		{"a REST API without a stage in its path is forbidden", "h", "/rest", found{0, "", "", noStage}},
		{"a base path ends at a slash", "h", "/restless/prod", found{1, "$default", "/restless/prod", nil}},
		{"an HTTP API's named stage comes first", "h", "/dev/pets", found{1, "dev", "/pets", nil}},
		{"other paths are the default stage's", "h", "/pets/dev", found{1, "$default", "/pets/dev", nil}},
		{"the root is the default stage's", "h", "/", found{1, "$default", "/", nil}},
		{"an HTTP API without a default stage is not found", "h", "/bare/pets", found{2, "", "", notFound}},
		{"hosts are compared without case or port", "SHOP.example.com:8080", "/shop/a", found{3, "prod", "/a", nil}},
		{"a dot at the end of a host is the root of names", "shop.example.com.:8080", "/shop/a", found{3, "prod", "/a", nil}},
		{"the longest base path wins", "shop.example.com", "/shop/new/a", found{4, "prod", "/a", nil}},
		{"a named host has its own base paths only", "shop.example.com", "/rest/prod", found{0, "", "", noMapping}},
		{"a wildcard takes labels below", "a.b.example.com", "/x", found{5, "$default", "/x", nil}},
		{"the longer wildcard wins", "a.eu.example.com", "/x", found{6, "$default", "/x", nil}},
		{"a wildcard does not take its own name", "example.com", "/x", found{1, "$default", "/x", nil}},
		{"escapes of plain characters mean the same", "h", "/r%65st/pr%6fd/%61%2Fb%7E", found{0, "prod", "/a%2Fb~", nil}},
		{"an IPv6 host keeps its colons", "[::1]:80", "/x", found{1, "$default", "/x", nil}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x := &exchange.Exchange{}
			x.Request.Host, x.Request.RawPath = c.host, c.path
			var got found
			got.target, got.refusal = table.Resolve(x)
			got.path = x.Request.Path
			if x.Stage != nil {
				got.stage = x.Stage.Name
			}
			if got != c.want {
				t.Errorf("Resolve(%q, %q) = %+v, want %+v", c.host, c.path, got, c.want)
			}
		})
	}
}

func TestTwoMountsInOnePlaceAreRefused(t *testing.T) {
	api := &exchange.API{Name: "a"}
	_, err := New([]Mount{{API: api}, {API: api}, {API: api, Hosts: []string{"h"}}, {API: api, Hosts: []string{"H"}}})
	if !errors.Is(err, ErrTaken) {
		t.Fatalf("New = %v, want ErrTaken", err)
	}
	if n := len(err.(interface{ Unwrap() []error }).Unwrap()); n != 2 {
		t.Errorf("%d conflicts, want 2: %v", n, err)
	}
}

func TestResolveAllocatesNothing(t *testing.T) {
	table, _ := New(mounts())
	x := &exchange.Exchange{}
	x.Request.Host, x.Request.RawPath = "shop.example.com", "/shop/a"
	if n := testing.AllocsPerRun(100, func() { table.Resolve(x) }); n != 0 {
		t.Errorf("%v allocations a request, want 0", n)
	}
}
