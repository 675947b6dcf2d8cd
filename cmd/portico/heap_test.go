package main

import (
	goruntime "runtime"
	"testing"
)

func TestHeapFloor(t *testing.T) {
	for _, tt := range []struct {
		name, gogc, memlimit string
		alive                int
		want                 bool
	}{
		{"is raised by default", "", "", 0, true},
		{"is no higher than what is alive", "", "", heapFloor, false},
		{"is left to who sets GOGC", "100", "", 0, false},
		{"is left to who sets GOMEMLIMIT", "", "200MiB", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOGC", tt.gogc)
			t.Setenv("GOMEMLIMIT", tt.memlimit)
			t.Cleanup(func() { ballast = nil })
			alive := make([]byte, tt.alive)
			if settleHeap(); (len(ballast) > 0) != tt.want {
				t.Errorf("a ballast of %d bytes, want one: %v", len(ballast), tt.want)
			}
			goruntime.KeepAlive(alive)
		})
	}
}
