package match

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkMatch has small APIs as 1 and 8, the ordinary set as 100 and 10000,
// the others below adversarial100 and adversarial10000.
func BenchmarkMatch(b *testing.B) {
	run := func(b *testing.B, name string, f family, n int) {
		table := mustNew(b, REST, f.routes(n))
		requests := f.requests(n)
		var dst [64]Param
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				table.Match("GET", requests[i%len(requests)], dst[:0])
			}
		})
	}
	for _, n := range []int{1, 8} {
		run(b, fmt.Sprint(n), family{routes: fewRoutes, requests: fewRequests}, n)
	}
	for _, n := range []int{100, 10000} {
		run(b, fmt.Sprint(n), families[0], n)
	}
	for _, n := range []int{100, 10000} {
		b.Run(fmt.Sprint("adversarial", n), func(b *testing.B) {
			for _, f := range families[1:] {
				run(b, strings.ReplaceAll(f.name, " ", "-"), f, n)
			}
		})
	}
}

// BenchmarkMatchParallel shows that requests share nothing that is written.
func BenchmarkMatchParallel(b *testing.B) {
	table := mustNew(b, REST, ordinary(10000))
	b.RunParallel(func(pb *testing.PB) {
		var dst [8]Param
		for pb.Next() {
			table.Match("GET", "/service50/4711/items/12", dst[:0])
		}
	})
}

func BenchmarkNew(b *testing.B) {
	for _, f := range families {
		for _, n := range []int{100, 10000} {
			routes := f.routes(n)
			b.Run(fmt.Sprint(strings.ReplaceAll(f.name, " ", "-"), "/", n), func(b *testing.B) {
				b.ReportAllocs()
				var table *Table
				for b.Loop() {
					table = mustNew(b, REST, routes)
				}
				b.ReportMetric(float64(8*len(table.index.bits)), "index-bytes")
			})
		}
	}
}
