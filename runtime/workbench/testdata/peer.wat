;; peer: an integration that asks the URL in the header X-Url, with a secret in a
;; header, and answers with what it got: status and body. An error of the host
;; becomes the status 600 plus the code, which is negative.
(module
  (import "portico_core_v1" "get_header" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_core_v1" "stream_read" (func $stream_read (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "stream_write" (func $stream_write (param i32 i32 i32) (result i32)))
  (import "portico_http_v1" "request" (func $request (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "portico_http_v1" "status" (func $status (param i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "X-Url")
  ;; The request: a pair of method and URL, whose length is at 524, then a header.
  (data (i32.const 512) "\04\00\00\00POST\00\00\00\00")
  (data (i32.const 256) "\0d\00\00\00Authorization\13\00\00\00Bearer {secret:key}") ;; 40 bytes
  (data (i32.const 16) "hello") ;; the body

  (func (export "portico_abi_v1"))

  (func $answer (param $status i32) (result i32)
    (if (i32.lt_s (local.get $status) (i32.const 0))
      (then (local.set $status (i32.add (i32.const 600) (local.get $status)))))
    (drop (call $set_status (local.get $status)))
    (i32.const 0))

  (func (export "portico_integrate") (result i32)
    (local $n i32) (local $handle i32)
    (local.set $n (call $get_header (i32.const 0) (i32.const 0) (i32.const 5) (i32.const 524) (i32.const 256)))
    (i32.store (i32.const 520) (local.get $n))
    (memory.copy (i32.add (i32.const 524) (local.get $n)) (i32.const 256) (i32.const 40))
    (local.set $handle (call $request (i32.const 512) (i32.add (i32.const 52) (local.get $n))
      (i32.const 16) (i32.const 5) (i64.const 0) (i32.const 2)))
    (if (i32.lt_s (local.get $handle) (i32.const 0))
      (then (return (call $answer (local.get $handle)))))
    (loop $more
      (local.set $n (call $stream_read (local.get $handle) (i32.const 1024) (i32.const 4096)))
      (if (i32.gt_s (local.get $n) (i32.const 0))
        (then
          (drop (call $stream_write (i32.const 1) (i32.const 1024) (local.get $n)))
          (br $more))))
    (call $answer (call $status (local.get $handle)))))
