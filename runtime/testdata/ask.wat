;; An integration that asks the URL in the query parameter "to", follows
;; redirects, and answers what it was answered. What fails gives the status
;; 420 - code: 424 for EPERM, 427 for EAGAIN, 428 for ETIMEDOUT, 429 for ECONN, 430 for E2BIG.
(module
  (import "portico_core_v1" "get_param" (func $get_param (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_core_v1" "stream_read" (func $stream_read (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "stream_write" (func $stream_write (param i32 i32 i32) (result i32)))
  (import "portico_http_v1" "request" (func $request (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "portico_http_v1" "status" (func $status (param i32) (result i32)))

  (memory (export "memory") 3)
  (data (i32.const 0) "to")
  (data (i32.const 16) "\03\00\00\00GET")          ;; method
  (data (i32.const 128) "\0d\00\00\00Authorization\0c\00\00\00{secret:key}") ;; 33 bytes, moved behind the URL
  ;; at 23 the length of the URL, at 27 the URL; from 65536 on a buffer

  (func (export "portico_abi_v1"))

  (func $failed (param $code i32) (result i32)
    (drop (call $set_status (i32.sub (i32.const 420) (local.get $code))))
    (i32.const 0))

  (func (export "portico_integrate") (result i32)
    (local $n i32) (local $handle i32)
    (memory.copy (i32.const 4096) (i32.const 16) (i32.const 7))
    (local.set $n (call $get_param (i32.const 2) (i32.const 0) (i32.const 2) (i32.const 4107) (i32.const 2048)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (local.get $n))))
    (i32.store (i32.const 4103) (local.get $n))
    (memory.copy (i32.add (i32.const 4107) (local.get $n)) (i32.const 128) (i32.const 33))
    (local.set $handle (call $request
      (i32.const 4096) (i32.add (local.get $n) (i32.const 44)) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 2)))
    (if (i32.lt_s (local.get $handle) (i32.const 0)) (then (return (call $failed (local.get $handle)))))
    (drop (call $set_status (call $status (local.get $handle))))
    (loop $next
      (local.set $n (call $stream_read (local.get $handle) (i32.const 65536) (i32.const 65536)))
      (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (call $failed (local.get $n)))))
      (if (local.get $n)
        (then
          (drop (call $stream_write (i32.const 1) (i32.const 65536) (local.get $n)))
          (br $next))))
    (i32.const 0)))
