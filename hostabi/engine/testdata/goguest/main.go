// Command goguest is a guest in Go for the engine's tests: it decides on a
// request given as JSON, as an authorizer would.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

const request = `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/prod/GET/orders/17",
"path":"/orders/17","httpMethod":"GET","headers":{"Accept":"*/*","Authorization":"Bearer secret","Host":"api.example.com",
"User-Agent":"test/1.0","X-Forwarded-For":"192.0.2.1"},"pathParameters":{"id":"17"},"stageVariables":{"backend":"10.0.0.7"}}`

type event struct {
	MethodARN string            `json:"methodArn"`
	Headers   map[string]string `json:"headers"`
}

// decide parses the request n times and returns 1 when it may pass.
//
//go:wasmexport decide
func decide(n int32) int32 {
	allowed := int32(0)
	for range n {
		var e event
		if err := json.Unmarshal([]byte(request), &e); err != nil {
			panic(err)
		}
		token, ok := strings.CutPrefix(e.Headers["Authorization"], "Bearer ")
		if ok && token == "secret" && strings.HasPrefix(e.MethodARN, "arn:") {
			allowed = 1
		}
	}
	return allowed
}

// scan counts words without allocating.
//
//go:wasmexport scan
func scan(n int32) int32 {
	words := int32(0)
	for range n {
		for _, c := range []byte(request) {
			if c == ',' {
				words++
			}
		}
	}
	return words
}

//go:wasmexport spin
func spin() {
	for {
	}
}

//go:wasmexport recurse
func recurse(n int32) int32 {
	if n == 0 {
		return 0
	}
	return recurse(n-1) + 1
}

//go:wasmexport say
func say() {
	fmt.Println("to stdout")
	fmt.Fprint(os.Stderr, "to stderr\nwithout end")
}

//go:wasmexport explode
func explode() { panic("went wrong") }

func main() {}
