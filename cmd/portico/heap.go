package main

import (
	"os"
	goruntime "runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// heapRoom is by how much the heap may grow before the collector begins, in
	// bytes. A gateway has little alive and makes a few KiB of garbage a
	// request: by default Go would collect 4 MiB at a time, over and over. With
	// 8 MiB it does so a quarter as often and a request costs some 5 % less;
	// more has no effect that can be measured.
	heapRoom = 8 << 20

	// mostPercent bounds GOGC, which the least size at which Go collects, 4 MiB,
	// is multiplied by.
	mostPercent = 200
)

// init turns off the sampling of allocations, which nothing here reads: its
// table takes 1.4 MiB.
func init() { goruntime.MemProfileRate = 0 }

// settleHeap gives back what building the first snapshot took, which is tens of
// MiB where a large guest was compiled, and from then on keeps the room of the
// heap. The room is left to the operator who sets GOGC or GOMEMLIMIT.
func settleHeap() {
	debug.FreeOSMemory()
	if !heapIsSet() {
		newHeap().adapt()
	}
}

func heapIsSet() bool { return os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" }

// gcPercent is the GOGC that gives the heap its room: heapRoom, or as much as
// is alive less heapRoom, which is more from 16 MiB on and nears Go's default of
// all that is alive. roots are the stacks and globals, which Go counts in.
func gcPercent(alive, roots uint64) int {
	room := uint64(heapRoom)
	if alive > 2*heapRoom {
		room = alive - heapRoom
	}
	return int(min(100*room/max(alive+roots, 1), mostPercent))
}

// heap adapts GOGC to what is alive.
type heap struct {
	percent int
	samples []metrics.Sample
}

func newHeap() *heap {
	return &heap{percent: 100, samples: []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"},
	}}
}

// adapt is called after each collection. The world stops to change GOGC, so a
// change by less than an eighth is left for later.
func (h *heap) adapt() {
	metrics.Read(h.samples)
	alive, stacks, globals := h.samples[0].Value.Uint64(), h.samples[1].Value.Uint64(), h.samples[2].Value.Uint64()
	if p := gcPercent(alive, stacks+globals); p > h.percent+h.percent/8 || p < h.percent-h.percent/8 {
		h.percent = p
		debug.SetGCPercent(p)
	}
	goruntime.AddCleanup(&collected{h}, (*heap).adapt, h)
}

// collected is what the next collection finds unreachable.
type collected struct{ _ *heap }
