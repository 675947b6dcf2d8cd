//go:build race

package event

// underRace: sync.Pool then drops what it is given now and then, so that
// allocations cannot be counted.
const underRace = true
