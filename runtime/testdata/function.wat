;; An integration as Lambda functions are: JSON in, JSON out. With
;;
;;     [config]
;;     answer = "body"
;;
;; what it answers is the body of the request, else it is
;; {"statusCode":200,"body":"…"} with the event as text for a body.
(module
  (import "portico_core_v1" "config_read" (func $config_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "event_read" (func $event_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "stream_read" (func $stream_read (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "result_write" (func $result_write (param i32 i32) (result i32)))

  (memory (export "memory") 48) ;; 3 MiB
  (data (i32.const 0) "{\"statusCode\":200,\"body\":\"") ;; 26 bytes
  ;; 256: the configuration, 1024: the answer's beginning, 1 MiB: the event
  (global $body (mut i32) (i32.const 0))

  (func (export "portico_abi_v1"))

  (func (export "portico_configure") (result i32)
    (global.set $body (i32.gt_s (call $config_read (i32.const 256) (i32.const 512)) (i32.const 2)))
    (i32.const 0))

  (func $whole_body (result i32)
    (local $n i32) (local $got i32)
    (loop $next
      (local.set $got (call $stream_read (i32.const 0)
        (i32.add (i32.const 1024) (local.get $n)) (i32.sub (i32.const 1000000) (local.get $n))))
      (if (i32.lt_s (local.get $got) (i32.const 0))
        (then (return (local.get $got))))
      (local.set $n (i32.add (local.get $n) (local.get $got)))
      (br_if $next (local.get $got)))
    (call $result_write (i32.const 1024) (local.get $n)))

  (func $put (param $at i32) (param $c i32) (result i32)
    (i32.store8 (local.get $at) (local.get $c))
    (i32.add (local.get $at) (i32.const 1)))

  ;; The event holds no control characters, so quotes and backslashes are all
  ;; there is to escape.
  (func $event (result i32)
    (local $len i32) (local $at i32) (local $from i32) (local $c i32)
    (local.set $len (call $event_read (i32.const 1048576) (i32.const 500000)))
    (if (i32.or (i32.lt_s (local.get $len) (i32.const 0)) (i32.gt_s (local.get $len) (i32.const 500000)))
      (then (return (i32.const -13))))
    (memory.copy (i32.const 1024) (i32.const 0) (i32.const 26))
    (local.set $at (i32.const 1050))
    (local.set $from (i32.const 1048576))
    (local.set $len (i32.add (local.get $from) (local.get $len)))
    (loop $next
      (local.set $c (i32.load8_u (local.get $from)))
      (if (i32.or (i32.eq (local.get $c) (i32.const 0x22)) (i32.eq (local.get $c) (i32.const 0x5c)))
        (then (local.set $at (call $put (local.get $at) (i32.const 0x5c)))))
      (local.set $at (call $put (local.get $at) (local.get $c)))
      (br_if $next (i32.lt_u
        (local.tee $from (i32.add (local.get $from) (i32.const 1)))
        (local.get $len))))
    (local.set $at (call $put (local.get $at) (i32.const 0x22)))
    (local.set $at (call $put (local.get $at) (i32.const 0x7d)))
    (call $result_write (i32.const 1024) (i32.sub (local.get $at) (i32.const 1024))))

  (func (export "portico_integrate") (result i32)
    (local $code i32)
    (local.set $code (if (result i32) (global.get $body)
      (then (call $whole_body))
      (else (call $event))))
    (select (local.get $code) (i32.const 3) (i32.lt_s (local.get $code) (i32.const 0)))))
