// An integration that streams as many events as the client asks for.
package main

import (
	"fmt"
	"strconv"

	"github.com/portico-gateway/portico/sdk/go/integration"
)

func init() {
	integration.Handle(func(w *integration.Response, r *integration.Request) error {
		q, _ := r.QueryParam("events")
		events, err := strconv.Atoi(q)
		if err != nil {
			return w.SetStatus(400)
		}
		if err := w.SetHeader("Content-Type", "text/event-stream"); err != nil {
			return err
		}
		for n := range events {
			if _, err := fmt.Fprintf(w, "data: %d\n\n", n); err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
		}
		return nil
	})
}

func main() {}
