// Package rewrite makes a WebAssembly module stoppable and bounded before the
// engine compiles it.
//
// wazero runs a guest as native code that Go's scheduler cannot preempt: one
// endless loop in a guest stops the next garbage collection and with it the
// process. So the rewriter spreads checks over every function. A check pays
// for the work done since the last one out of a counter, and when the counter
// is spent the guest calls [YieldModule].[YieldName], a host function. There
// the goroutine is an ordinary one again: the collector may stop it, and the
// host looks at the call's own state, and panics with an error of its choice
// to end the call.
//
// # What is inserted
//
// The module gets one import (the yield function), one mutable i32 global
// (the counter), and up to three functions at the end (refill, and one for each
// of memory.fill and memory.copy where they are used). At the start
// of a function and of a loop, and at least every [segment] units of
// straight-line code, stands:
//
//	original               rewritten
//
//	loop $l                loop $l
//	  …body…                 (global.set $fuel (i32.sub (global.get $fuel) (i32.const COST)))
//	  br_if $l               (if (i32.ge_s (global.get $fuel) (i32.const 0))
//	end                        (then)
//	                           (else (call $refill) (br $l)))
//	                         …body…
//	                         br_if $l
//	                       end
//
//	                       (func $refill (call $yield) (global.set $fuel (i32.const INTERVAL)))
//
// What a check costs is decided by how wazero lays out the arms, and by the
// counter, which it keeps in memory: what follows a test runs straight on (check.go),
// and a loop of a few instructions is written twice, so that one check pays for
// two rounds (twice.go). Both hold the cost under 1.3 times the call in all that
// was measured; see RATIONALE.md, "Why are modules rewritten at load?".
//
// Nothing outside the goroutine of the call writes to the instance, so there
// is no race, and no deadline can reach the wrong call: the stop flag belongs
// to the call (in its context), not to the instance. That is what "the stop
// carries the call's generation" comes down to here.
//
// # The invariant
//
// Every instruction has a weight, about a nanosecond at worst, three for
// memory accesses. Between two yields a guest executes at most INTERVAL plus
// a small constant of weight:
//
//   - A check pays, after the fact, the heaviest path that can reach it from
//     the checks before it. Paths are followed through the structured control
//     flow in one pass; only loops jump backwards, and every loop header is a
//     check, so each path between checks is finite.
//   - After [segment] units of straight-line code a check follows, so a path
//     between checks weighs at most [maxUnpaid].
//   - What a function may leave unpaid when it returns, throws or calls is
//     paid at its entry, as the heaviest such path. So each activation of a
//     function pays at least what it leaves behind, and recursion or a fan of
//     loop-free calls (2^34 of them in a chain of 34 functions) is paid for.
//   - A function without loops, indirect calls, bulk operations and handlers,
//     which calls only such functions, gets no checks if it weighs little;
//     each direct call of it pays its whole weight in the caller. Functions
//     whose address is taken must be lighter still, and every indirect call
//     pays that bound.
//   - memory.fill and memory.copy pay by length and work in pieces of
//     [chunk] bytes. memory.init, memory.grow and the operations on tables
//     empty the counter and weigh a whole segment, so that the guest leaves
//     to Go before the next one. What such an operation may touch is bounded
//     by [Limits] and by the size of the module.
//   - A call of an imported function leaves to Go by itself; it is weighed so
//     that a loop of them also reaches the yield function.
//
// A panic of the yield function is not a WebAssembly exception: no catch_all
// of the guest holds it. The depth of the stack is not bounded here, but how
// much it grows between two yields is: entering a function pays for its frame,
// 32 bytes a unit (stack.go).
//
// # What is refused for its shape
//
// wazero's compiler is quadratic and worse in the blocks of a function and in
// the variables that live across them, and cannot be stopped within a
// function: 4 KB of nested loops took it 6 s, 65 KB three minutes. While a body
// is copied, a meter counts what drives those passes, and a formula fitted to
// the worst shapes found estimates time and memory. What exceeds the bounds of
// limits.go, per function or in sum, is refused with [ErrTooMany].
//
// # What else changes
//
// Data segments that follow each other become one (data.go). The maxima of
// memory and tables are clamped to [Limits]. The start section
// becomes an export that the host calls under a deadline. Function indices
// move up by one behind the imports, and the name section moves with them, so
// stack traces keep their names. Sections that describe code offsets
// (.debug_*, reloc.*, linking, metadata.code.*) would be wrong and are
// dropped; other custom sections stay.
//
// # Trust
//
// Rewriting does not validate. An index out of range could become valid by
// the additions, so the engine validates the original too, with its own
// compiler, and uses the [Result] only if that succeeds. It is best to call
// [Module] first: it refuses every count that exceeds the bytes at hand, and
// the limits in limits.go, where wazero's decoder would reserve memory for
// what is announced (a file of thirty bytes can announce 96 GiB of elements).
package rewrite
