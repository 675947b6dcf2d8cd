;; An integration that uses every capability. Its body is a counter of kv, eight
;; bytes, and a secret; its status is 429 beyond the bucket, 201 where the cache
;; is empty, else 200.
(module
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_core_v1" "stream_write" (func $stream_write (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "portico_cache_v1" "get" (func $cache_get (param i32 i32 i32 i32) (result i32)))
  (import "portico_cache_v1" "put" (func $cache_put (param i32 i32 i32 i32 i64) (result i32)))
  (import "portico_throttle_v1" "take" (func $take (param i32 i32 i32 i32 i32) (result i64)))
  (import "portico_secrets_v1" "read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "portico_metrics_v1" "counter_add" (func $counter_add (param i32 i32 i32 i32 f64) (result i32)))
  (import "portico_kv_v1" "increment" (func $increment (param i32 i32 i64 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "key")
  (data (i32.const 16) "requests")
  (data (i32.const 32) "hits_total")
  (data (i32.const 48) "signing")

  (func (export "portico_abi_v1"))

  (func (export "portico_integrate") (result i32)
    (local $n i32) (local $wait i64)
    (local.set $n (call $counter_add (i32.const 32) (i32.const 10) (i32.const 0) (i32.const 0) (f64.const 1)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (local.get $n))))

    (local.set $wait (call $take (i32.const 16) (i32.const 8) (i32.const 0) (i32.const 3) (i32.const 1)))
    (if (i64.lt_s (local.get $wait) (i64.const 0)) (then (return (i32.wrap_i64 (local.get $wait)))))
    (if (i64.gt_s (local.get $wait) (i64.const 0))
      (then (return (call $set_status (i32.const 429)))))

    (local.set $n (call $cache_get (i32.const 0) (i32.const 3) (i32.const 512) (i32.const 16)))
    (if (i32.eq (local.get $n) (i32.const -1))
      (then
        (drop (call $set_status (i32.const 201)))
        (local.set $n (call $cache_put (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 3) (i64.const 0)))))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (local.get $n))))

    (local.set $n (call $increment (i32.const 0) (i32.const 3) (i64.const 1) (i32.const 256)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (local.get $n))))
    (local.set $n (call $read (i32.const 48) (i32.const 7) (i32.const 264) (i32.const 64)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (local.get $n))))
    (drop (call $log (i32.const 1) (i32.const 264) (local.get $n)))
    (drop (call $stream_write (i32.const 1) (i32.const 256) (i32.add (local.get $n) (i32.const 8))))
    (i32.const 0)))
