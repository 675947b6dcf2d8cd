;; echo: an integration that answers with what it was asked, as text: the
;; method, the path, and the header X-Tenant if there is one.
(module
  (import "portico_core_v1" "get_field"
    (func $get_field (param $id i32) (param $ptr i32) (param $cap i32) (result i32)))
  (import "portico_core_v1" "get_header"
    (func $get_header (param $message i32) (param $nptr i32) (param $nlen i32) (param $ptr i32) (param $cap i32) (result i32)))
  (import "portico_core_v1" "set_header"
    (func $set_header (param $message i32) (param $nptr i32) (param $nlen i32) (param $vptr i32) (param $vlen i32) (result i32)))
  (import "portico_core_v1" "stream_write"
    (func $stream_write (param $handle i32) (param $ptr i32) (param $len i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "Content-Type")               ;; 12 bytes
  (data (i32.const 16) "text/plain; charset=utf-8") ;; 25 bytes
  (data (i32.const 48) "X-Tenant: ")                ;; 10 bytes

  (global $end (mut i32) (i32.const 0)) ;; of the answer, which begins at 1024

  (func (export "portico_abi_v1"))

  (func $put (param $c i32)
    (i32.store8 (global.get $end) (local.get $c))
    (global.set $end (i32.add (global.get $end) (i32.const 1))))

  ;; field appends a field of the request.
  (func $field (param $id i32)
    (local $len i32)
    (local.set $len (call $get_field (local.get $id) (global.get $end) (i32.const 16384)))
    (if (i32.and (i32.gt_s (local.get $len) (i32.const 0)) (i32.le_s (local.get $len) (i32.const 16384)))
      (then (global.set $end (i32.add (global.get $end) (local.get $len))))))

  (func (export "portico_integrate") (result i32)
    (local $len i32)
    (global.set $end (i32.const 1024))
    (call $field (i32.const 1))          ;; method
    (call $put (i32.const 0x20))
    (call $field (i32.const 2))          ;; path
    (call $put (i32.const 0x0a))
    (local.set $len (call $get_header (i32.const 0) (i32.const 48) (i32.const 8)
      (i32.add (global.get $end) (i32.const 10)) (i32.const 4096)))
    (if (i32.and (i32.ge_s (local.get $len) (i32.const 0)) (i32.le_s (local.get $len) (i32.const 4096)))
      (then
        (memory.copy (global.get $end) (i32.const 48) (i32.const 10))
        (global.set $end (i32.add (global.get $end) (i32.add (local.get $len) (i32.const 10))))
        (call $put (i32.const 0x0a))))
    (drop (call $set_header (i32.const 1) (i32.const 0) (i32.const 12) (i32.const 16) (i32.const 25)))
    (if (i32.lt_s (call $stream_write (i32.const 1) (i32.const 1024) (i32.sub (global.get $end) (i32.const 1024))) (i32.const 0))
      (then (return (i32.const -9))))
    (i32.const 0)))
