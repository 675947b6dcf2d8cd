package upstream_test

import (
	"fmt"

	"github.com/portico-gateway/portico/runtime/upstream"
)

func ExampleTemplate() {
	t, err := upstream.ParseTemplate("http://${stageVariables.backend}/files/{proxy}")
	if err != nil {
		fmt.Println(err)
		return
	}
	stage := func(string) (string, bool) { return "10.0.0.7:9000", true }
	for _, path := range []string{"a/b c", "../admin"} {
		addr, _, uri, err := t.Expand(nil, func(string) (string, bool) { return path, true }, stage)
		fmt.Printf("%q: %q %q %v\n", path, addr, uri, err)
	}
	// Output:
	// "a/b c": "10.0.0.7:9000" "/files/a/b%20c" <nil>
	// "../admin": "" "" value leads out of the URI's path
}
