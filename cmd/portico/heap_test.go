package main

import "testing"

func TestHeapFloor(t *testing.T) {
	for _, tt := range []struct {
		name, gogc, memlimit string
		want                 int
	}{
		{"is raised by default", "", "", heapFloor},
		{"is left to who sets GOGC", "100", "", 0},
		{"is left to who sets GOMEMLIMIT", "", "200MiB", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOGC", tt.gogc)
			t.Setenv("GOMEMLIMIT", tt.memlimit)
			ballast = nil
			t.Cleanup(func() { ballast = nil })
			if raiseHeapFloor(); len(ballast) != tt.want {
				t.Errorf("ballast of %d bytes, want %d", len(ballast), tt.want)
			}
		})
	}
}
