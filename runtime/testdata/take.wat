;; An integration that takes a token: 429 beyond the bucket, else 200.
(module
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_throttle_v1" "take" (func $take (param i32 i32 i32 i32 i32) (result i64)))

  (memory (export "memory") 1)
  (data (i32.const 0) "key")
  (data (i32.const 16) "requests")

  (func (export "portico_abi_v1"))

  (func (export "portico_integrate") (result i32)
    (local $wait i64)
    (local.set $wait (call $take (i32.const 16) (i32.const 8) (i32.const 0) (i32.const 3) (i32.const 1)))
    (if (i64.lt_s (local.get $wait) (i64.const 0)) (then (return (i32.wrap_i64 (local.get $wait)))))
    (if (i64.gt_s (local.get $wait) (i64.const 0)) (then (return (call $set_status (i32.const 429)))))
    (i32.const 0)))
