package throttle_test

import (
	"fmt"
	"time"

	"github.com/portico-gateway/portico/runtime/throttle"
)

func ExampleTable() {
	limit, err := throttle.NewLimit(0.5, 2) // a token every two seconds, two at once
	if err != nil {
		panic(err)
	}
	clients := throttle.NewTable(limit, throttle.Options{})
	for range 3 {
		wait, ok := clients.Take("10.0.0.7", 1)
		fmt.Println(ok, wait.Round(time.Second))
	}
	_, ok := clients.Take("10.0.0.8", 1)
	fmt.Println(ok)
	// Output:
	// true 0s
	// true 0s
	// false 2s
	// true
}
