package rewrite

import (
	"fmt"
	"time"
)

// shape is what of a function decides how long wazero compiles it. Its
// compiler cannot be stopped within a function, and some of its passes take
// time quadratic in the blocks, or in the variables that live across them,
// so a function of 5 KB can take minutes. See RATIONALE.md, "Why is a module
// refused for its shape?".
type shape struct {
	declared int // parameters and locals
	bytes    int
	branches int // blocks, conditional branches and labels of br_table; each begins a block
	checks   int // inserted ones: each is three blocks and a call
	nested   int // branches and checks, each counted once more for every loop around it
	calls    int
	slow     int // instructions that become dozens
	across   int // variables read in another block than where they were set
	carried  int // values beyond sixteen that one call or branch hands over
	operands int // operands that wait, added up over the branches
	leaves   int // handlers that branches leave, each by a call

	globals int // mutable ones of the module, reloaded after each call
}

// estimate is what compiling takes at worst, in CPU time on an AMD EPYC. The
// factors are fitted to the worst shape found for each term; where several
// terms meet, and for what compilers make, it is two to four times too high.
type estimate struct {
	time   time.Duration
	memory int64 // bytes
}

// What is added up is bounded by the size of a module (64 MiB), squared; a
// float64 holds that and more.
func (s *shape) estimate() estimate {
	f := func(n int) float64 { return float64(n) }
	joins := f(s.branches + s.checks)
	// A check counts five times: its call makes all that is cached in
	// variables (the counter, the place of memory) differ between two ways.
	blocks := f(s.branches) + 5*f(s.checks)
	cells := f(s.across) * joins
	phis := f(s.across + 10) // the counter and the place of memory, which cost more than locals
	reloads := f(s.calls+s.checks+s.leaves) * f(s.globals)

	ns := 4.6*blocks*blocks + 10_000*joins + // dominators, chains of aliases
		phis*phis*f(s.nested) + 800*cells + // redundant phi elimination; a map entry a block
		300*reloads + 2_000*f(s.calls+s.leaves) +
		1_500*f(s.carried) + 15*f(s.operands) + 100*f(s.declared) +
		15_000*f(s.slow) + 200*f(s.bytes)
	bytes := 300*cells + 180*reloads + 440*f(s.carried) + 16*f(s.operands) + 2_600*joins + 3_000*f(s.slow) +
		700*f(s.bytes) + 8*f(s.declared)
	const most = 1 << 60
	return estimate{time: time.Duration(min(ns, most)), memory: int64(min(bytes, most))}
}

// accept refuses a function that takes too long or too much to compile, and
// the module whose functions up to this one do together.
func (s *shape) accept(total *time.Duration) error {
	e := s.estimate()
	*total += e.time
	switch {
	case e.time > maxFuncTime:
		return s.refuse(fmt.Sprintf("take %v to compile, at most %v are allowed",
			e.time.Round(time.Second), maxFuncTime))
	case e.memory > maxFuncMemory:
		return s.refuse(fmt.Sprintf("take %d MiB to compile, at most %d MiB are allowed",
			e.memory>>20, maxFuncMemory>>20))
	case *total > maxModuleTime:
		return fmt.Errorf("%w: the module up to here may take %v to compile, at most %v are allowed",
			ErrTooMany, total.Round(time.Second), maxModuleTime)
	}
	return nil
}

func (s *shape) refuse(what string) error {
	return fmt.Errorf("%w: %d bytes with %d branches, %d checks, %d calls and %d variables across them may %s",
		ErrTooMany, s.bytes, s.branches, s.checks, s.calls, s.across, what)
}
