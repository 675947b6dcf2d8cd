package engine

import (
	"log/slog"
	"time"
)

// Interrupt says how a guest that does not end is stopped.
type Interrupt uint8

const (
	// Rewrite plants checks into the guest when it is compiled.
	Rewrite Interrupt = iota

	// WatchContext uses wazero's WithCloseOnContextDone on the unmodified
	// module. It costs 5 to 46 times the call and does not stop recursion
	// without loops. [Limits] do not hold. It is here to be measured against.
	WatchContext

	// Off stops nothing and holds no [Limits]: an endless loop hangs the
	// process at the next garbage collection. For benchmarks and for tests
	// that compare, with guests that are known to end.
	Off
)

// Options configures an [Engine]. The zero value is useful.
type Options struct {
	// CacheDir keeps compiled code between runs; "" keeps none. It holds
	// native code that is executed unseen, so it must belong to this user and
	// be closed to group and others; New creates it so, and refuses it
	// otherwise. Entries are checked against their digest and rebuilt when
	// they do not match.
	CacheDir string

	// CacheBytes bounds the size of CacheDir; the entries used longest ago go
	// first. 0 means DefaultCacheBytes.
	CacheBytes int64

	// Interrupt says how guests are stopped.
	Interrupt Interrupt

	// Lines keeps the line tables of modules, so that the stacks of traps name
	// files and lines. They would be wrong in rewritten modules, so it is of use
	// with another Interrupt only.
	Lines bool

	// Now is the wall clock that guests read by WASI; nil means time.Now. The
	// monotonic clock and deadlines are not moved by it.
	Now func() time.Time

	// Logger gets what happens outside of any call. nil means silence.
	Logger *slog.Logger
}

const (
	// MaxModuleBytes bounds the binary of a module. The largest guest seen in
	// practice, an interpreter for Ruby with its library, has 17 MiB.
	MaxModuleBytes = 64 << 20

	// DefaultCacheBytes holds about forty Go guests of 12 MiB native code.
	DefaultCacheBytes = 512 << 20

	// DefaultStackBytes is half of what a native thread gets. Guests in Go and
	// Rust that parse JSON stay below 64 KiB.
	DefaultStackBytes = 4 << 20

	// DefaultInstances is the bound of a pool. Calls that only compute need
	// about GOMAXPROCS instances, since the stack of idle ones is used from
	// the top; the rest is for calls that wait for a slow body.
	DefaultInstances = 64

	// DefaultQueueTimeout is what a request waits for an instance. Waiting
	// longer than a second helps nobody: the plugin is overloaded.
	DefaultQueueTimeout = time.Second

	// DefaultStartTimeout bounds the start of an instance. The slowest guest
	// measured, an interpreter with its library, needs 250 ms.
	DefaultStartTimeout = 5 * time.Second

	// checkEvery is how many host calls pass between two looks at the clock,
	// which costs as much as a host call. With calls of 0.1 ms each, a call ends
	// within 2 ms of its deadline.
	checkEvery = 16

	// reportEvery is how often a compilation that is under way is logged. The
	// largest Go guest measured, of 16 MB, takes 6 s.
	reportEvery = 10 * time.Second

	// stackText and lineText bound what a guest can put into a log record: its
	// function names are its own choice.
	stackText = 8 << 10
	lineText  = 4 << 10

	// keptLine is the largest buffer for lines that an instance keeps, in bytes:
	// what an append makes of lineText.
	keptLine = 2 * lineText
)

// Limits bounds what a module may claim. Limits are compared: equal bytes
// under equal limits share one compilation.
type Limits struct {
	// MemoryPages is the maximum of linear memory in pages of 64 KiB; 0 means
	// rewrite.DefaultMemoryPages, 32 MiB.
	MemoryPages uint32

	// TableElements is the maximum over all tables of an instance together; 0
	// means rewrite.DefaultTableElements.
	TableElements uint32

	// StackBytes is the size at which the guest's call stack ends the call
	// with a trap; 0 means DefaultStackBytes. wazero doubles the stack, so
	// what counts is the first power of two times 10 KiB above it. Between two
	// looks at it the stack may grow by 2 MiB.
	StackBytes int
}
