// Command goguest is a Go guest: it decodes a JSON event, sorts its headers
// and formats an answer.
package main

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"
)

const event = `{"version":"2.0","routeKey":"GET /orders/{id}","rawPath":"/orders/17",` +
	`"headers":{"accept":"*/*","host":"api.example.com","x-forwarded-for":"203.0.113.9",` +
	`"user-agent":"curl/8.5.0","authorization":"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"},` +
	`"isBase64Encoded":false}`

func main() {}

//go:wasmexport run
func run(rounds uint32) uint32 {
	h := uint32(2166136261)
	for range rounds {
		var e struct {
			RawPath string            `json:"rawPath"`
			Headers map[string]string `json:"headers"`
		}
		if json.Unmarshal([]byte(event), &e) != nil {
			return 0
		}
		names := make([]string, 0, len(e.Headers))
		for n := range e.Headers {
			names = append(names, n)
		}
		sort.Strings(names)
		var b strings.Builder
		b.WriteString(e.RawPath)
		for i, n := range names {
			b.WriteString(strconv.Itoa(i) + strings.ToUpper(n) + "=" + e.Headers[n])
		}
		for _, c := range []byte(b.String()) {
			h = (h ^ uint32(c)) * 16777619
		}
	}
	return h
}
