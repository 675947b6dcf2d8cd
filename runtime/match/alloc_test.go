package match

import "testing"

func TestMatchDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops items on purpose under the race detector")
	}
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			table := mustNew(t, REST, f.routes(1000))
			requests := append(f.requests(1000), "/nothing/here", "/")
			var room [64]Param
			got := testing.AllocsPerRun(100, func() {
				for _, path := range requests {
					table.Match("GET", path, room[:0])
				}
			})
			if got != 0 {
				t.Errorf("%d requests allocate %v times, want 0", len(requests), got)
			}
		})
	}
}
