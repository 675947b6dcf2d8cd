;; An authorizer that reads the whole body of the request, and allows who sends
;; one to its end.
(module
  (import "portico_core_v1" "stream_read" (func $stream_read (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "portico_abi_v1"))
  (func (export "portico_authorize") (result i32)
    (local $n i32)
    (loop $next
      (local.set $n (call $stream_read (i32.const 0) (i32.const 0) (i32.const 1024)))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (i32.eqz (local.get $n))))
