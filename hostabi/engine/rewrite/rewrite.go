package rewrite

import (
	"errors"
	"time"
)

const (
	// YieldModule is the import module of the yield function. A guest that
	// imports from it, or exports a name that starts with it, is refused.
	YieldModule = "portico_internal"

	// YieldName is the name of the yield function, of type () -> (). The host
	// provides it with WithGoFunction and panics in it to end the call.
	YieldName = "yield"

	// startExport is the name under which the former start function is
	// exported.
	startExport = YieldModule + ".start"
)

const (
	// DefaultMemoryPages is 32 MiB. Go guests settle at 8 MiB, and every other
	// language measured needs less.
	DefaultMemoryPages = 512

	// DefaultTableElements bounds tables to 2 MiB of pointers. The largest
	// guest measured, a JavaScript engine in Go, has some 40,000.
	DefaultTableElements = 1 << 18

	// DefaultInterval is the weight between two yields. A loop over cold
	// memory takes about 15 ns a unit, so a millisecond for all of it; ordinary
	// code takes 5 to 20 µs, of which one yield is less than one per cent.
	DefaultInterval = 1 << 16
)

// Limits bounds what a rewritten module may claim. The zero value means the
// defaults.
type Limits struct {
	// MemoryPages is the maximum of the linear memory in pages of 64 KiB; 0
	// means DefaultMemoryPages.
	MemoryPages uint32

	// TableElements is the maximum number of elements over all tables of the
	// module together; 0 means DefaultTableElements.
	TableElements uint32

	// Interval is the weight of the instructions between two yields; 0 means
	// DefaultInterval. Less than 1<<10 or more than 1<<30 is taken as that.
	Interval uint32
}

// Errors that name what a module is refused for. The errors that Module
// returns wrap one of these.
var (
	// ErrMalformed reports bytes that are not a core module, version 1, or
	// that hold a section or an instruction that is unknown or cut short.
	ErrMalformed = errors.New("malformed module")

	// ErrImportedMemory reports an import of a memory; the host has none to give.
	ErrImportedMemory = errors.New("imported memory is not supported")

	// ErrSharedMemory reports a shared memory or an atomic instruction.
	ErrSharedMemory = errors.New("shared memory and atomics are not supported")

	// ErrMemory64 reports a memory or table with 64-bit addresses.
	ErrMemory64 = errors.New("64-bit memory is not supported")

	// ErrReserved reports a name that only the rewriter may use.
	ErrReserved = errors.New("name is reserved")

	// ErrMemoryLimit reports an initial memory above Limits.MemoryPages.
	ErrMemoryLimit = errors.New("memory limit exceeded")

	// ErrTableLimit reports initial tables above Limits.TableElements.
	ErrTableLimit = errors.New("table limit exceeded")

	// ErrTooMany reports more definitions of one kind than any real module has.
	ErrTooMany = errors.New("too many definitions")
)

// Result is a rewritten module.
type Result struct {
	// Wasm is the rewritten module. It shares no memory with the original.
	Wasm []byte

	// Start is the export name of the function that the start section named;
	// "" when the module had none. The host calls it, with a deadline, before
	// any other export.
	Start string

	// Checks is the number of checks inserted, Twice that of loops whose body
	// is written two times.
	Checks, Twice int

	// Compile estimates what wazero takes at most to compile it, by the shapes
	// of its functions; it takes a half to a quarter of that where they are as
	// compilers make them.
	Compile time.Duration
}

// Module rewrites a module.
//
// Any input is safe: Module returns an error or a result, reads each byte a
// fixed number of times and allocates in proportion to len(wasm). Only for a
// valid module is the result valid and of the same behaviour; see the package
// comment for who validates.
func Module(wasm []byte, l Limits) (*Result, error) {
	if l.MemoryPages == 0 {
		l.MemoryPages = DefaultMemoryPages
	}
	if l.TableElements == 0 {
		l.TableElements = DefaultTableElements
	}
	if l.Interval == 0 {
		l.Interval = DefaultInterval
	}
	l.Interval = min(max(l.Interval, minInterval), 1<<30)

	m, err := split(wasm)
	if err != nil {
		return nil, err
	}
	m.limits = l
	if err := m.scan(); err != nil {
		return nil, err
	}
	m.findSmall()
	return m.emit()
}
