;; Traps three functions deep, for the stack trace.
(module
  (import "host" "noop" (func $noop))
  (func $inner (unreachable))
  (func $middle (param $unused i32) (call $noop) (call $inner))
  (func $run (export "run") (call $middle (i32.const 0))))
