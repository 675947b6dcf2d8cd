package rewrite

import "fmt"

// What a module may declare of each kind. The decoder and the instance spend
// memory for each, some hundred bytes where the binary spends two or three, so
// the size of the file alone does not bound them. The numbers follow the
// WebAssembly JavaScript API, section "Implementation-defined Limits", lowered
// where no module that was seen comes near.
const (
	maxTypes    = 100_000
	maxImports  = 10_000
	maxFuncs    = 1_000_000
	maxTables   = 256
	maxGlobals  = 16_384 // 16 bytes of every instance each, and a host object
	maxExports  = 100_000
	maxElements = 100_000
	maxData     = 100_000 // a Go guest has one for each run of non-zero bytes, up to 37,000
	maxTags     = 1_000
	maxParams   = 1_000 // of a function type; results likewise
	maxLocals   = 50_000

	// maxBody bounds the native code that one function becomes; wazero
	// compiles a function as a whole.
	maxBody = 7_654_321

	// maxBranches bounds the branches of one function, and maxSquares the sum
	// of their squares over all: wazero 1.12 takes time quadratic in them, and
	// cannot be stopped within a function. 5,000 small blocks in a row took 3
	// to 5 s, 10,000 took 10 to 15 s. The largest function of a Go guest with
	// encoding/json has 994, and all its squares are 10 million.
	maxBranches = 10_000
	maxSquares  = 1_000_000_000

	// maxNames bounds each map of the name section.
	maxNames = maxFuncs + maxImports
)

const pageMiB = 16 // pages of 64 KiB in a MiB

// mib prints pages as MiB, without a fraction where there is none.
func mib(pages uint32) string {
	if pages%pageMiB == 0 {
		return fmt.Sprintf("%d MiB", pages/pageMiB)
	}
	return fmt.Sprintf("%.2f MiB", float64(pages)/pageMiB)
}

// atMost returns ErrTooMany when n of something exceed limit.
func atMost(n, limit uint32, what string) error {
	if n <= limit {
		return nil
	}
	return fmt.Errorf("%w: %d %s, at most %d are allowed", ErrTooMany, n, what, limit)
}
