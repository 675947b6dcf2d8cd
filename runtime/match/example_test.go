package match_test

import (
	"fmt"

	"github.com/portico-gateway/portico/runtime/match"
)

func Example() {
	routes := []match.Route{
		{Method: "ANY", Path: "/{proxy+}"},
		{Method: "GET", Path: "/users/{id}"},
		{Method: "GET", Path: "/users/me"},
	}
	table, err := match.New(match.REST, routes)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/users/me", "/users/j%C3%B6rg", "/users/7/orders"} {
		i, params, _ := table.Match("GET", path, nil)
		fmt.Println(routes[i], params)
	}
	// Output:
	// GET /users/me []
	// GET /users/{id} [{id j%C3%B6rg}]
	// ANY /{proxy+} [{proxy users/7/orders}]
}
