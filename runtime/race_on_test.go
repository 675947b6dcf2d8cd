//go:build race

package runtime_test

// raceEnabled: the race detector keeps memory of its own.
const raceEnabled = true
