// A request mapper that lets each client have what the operator allows, answers
// 429 beyond it and counts those answers. Its NAME.toml:
//
//	capabilities = ["throttle", "metrics"]
//	throttle.clients = { rate = 10, burst = 20 }
//	metrics.limited_total = { type = "counter" }
package main

import (
	"strconv"
	"time"

	"github.com/portico-gateway/portico/sdk/go/metrics"
	"github.com/portico-gateway/portico/sdk/go/requestmapper"
	"github.com/portico-gateway/portico/sdk/go/throttle"
)

func init() {
	requestmapper.Handle(func(r *requestmapper.Request) error {
		wait, err := throttle.Take("clients", r.SourceIP(), 1)
		if err != nil || wait == 0 {
			return err
		}
		if err := metrics.Add("limited_total", 1); err != nil {
			return err
		}
		w := r.Respond()
		if err := w.SetStatus(429); err != nil {
			return err
		}
		seconds := (wait + time.Second - 1) / time.Second
		return w.SetHeader("Retry-After", strconv.Itoa(int(seconds)))
	})
}

func main() {}
