package rewrite

import (
	"fmt"
	"time"
)

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

	maxDeclared = 20_000_000 // parameters and locals of all functions together

	// maxBody bounds the native code that one function becomes; wazero
	// compiles a function as a whole.
	maxBody = 7_654_321

	// maxFuncTime and maxModuleTime bound the [estimate] of what wazero takes
	// to compile, maxFuncMemory that of the heap it needs. An interpreter for
	// Ruby of 17 MB comes to 26 s (and takes 13 s), its largest function to
	// 4 s and 515 MiB; a Go guest of 16 MB to 17 s (and takes 5 s).
	maxFuncTime   = 20 * time.Second
	maxModuleTime = 60 * time.Second
	maxFuncMemory = 2 << 30

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
