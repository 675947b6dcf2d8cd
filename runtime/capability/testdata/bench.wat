;; Each kind makes 1000 host calls and answers 0: authorize reads the cache,
;; map_request takes tokens, map_response counts, integrate makes calls that do
;; nothing.
(module
  (import "portico_core_v1" "get_status" (func $get_status (result i32)))
  (import "portico_cache_v1" "get" (func $cache_get (param i32 i32 i32 i32) (result i32)))
  (import "portico_throttle_v1" "take" (func $take (param i32 i32 i32 i32 i32) (result i64)))
  (import "portico_metrics_v1" "counter_add" (func $counter_add (param i32 i32 i32 i32 f64) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "key")
  (data (i32.const 16) "bucket")
  (data (i32.const 32) "hits_total")
  (data (i32.const 48) "\06\00\00\00tenant\04\00\00\00acme")

  (func (export "portico_abi_v1"))

  (func (export "portico_authorize") (result i32)
    (local $n i32)
    (loop $next
      (if (i32.ne (call $cache_get (i32.const 0) (i32.const 3) (i32.const 1024) (i32.const 1024)) (i32.const 64))
        (then (return (i32.const -1))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 1000))))
    (i32.const 0))

  (func (export "portico_map_request") (result i32)
    (local $n i32)
    (loop $next
      (if (i64.ne (call $take (i32.const 16) (i32.const 6) (i32.const 0) (i32.const 3) (i32.const 1)) (i64.const 0))
        (then (return (i32.const -7))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 1000))))
    (i32.const 0))

  (func (export "portico_map_response") (result i32)
    (local $n i32)
    (loop $next
      (if (call $counter_add (i32.const 32) (i32.const 10) (i32.const 48) (i32.const 18) (f64.const 1))
        (then (return (i32.const -2))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 1000))))
    (i32.const 0))

  (func (export "portico_integrate") (result i32)
    (local $n i32)
    (loop $next
      (drop (call $get_status))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 1000))))
    (i32.const 0)))
