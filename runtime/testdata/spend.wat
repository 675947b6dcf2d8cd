;; A guest that uses up what a request may have. The query has a letter for each
;; kind, in the order of the phases: "-" for nothing; "n" for 400 calls of a
;; capability; "h", "c", "l", "r" and "b" to call a capability or the core, to log
;; a line, to send a request or a large one, until that is refused, and then to
;; fail; "i" to go on for ever.
(module
  (import "portico_core_v1" "get_field" (func $get_field (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "random" (func $random (param i32 i32) (result i32)))
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_core_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "portico_cache_v1" "delete" (func $delete (param i32 i32) (result i32)))
  (import "portico_http_v1" "start" (func $start (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "portico_http_v1" "close" (func $close (param i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "key")
  (data (i32.const 128) "\03\00\00\00PUT\13\00\00\00http://127.0.0.1:1/") ;; 30 bytes
  ;; from 16 on: the query
  (global $done (mut i32) (i32.const 0)) ;; calls that were not refused

  (func $mood (param $phase i32) (result i32)
    (if (i32.lt_s (call $get_field (i32.const 4) (i32.const 16) (i32.const 64)) (i32.const 3))
      (then (unreachable)))
    (i32.load8_u (i32.add (i32.const 16) (local.get $phase))))

  ;; send starts a request and lets go of it.
  (func $send (param $body i32) (result i32)
    (local $handle i32)
    (local.set $handle (call $start (i32.const 128) (i32.const 30) (i32.const 0) (local.get $body) (i64.const 0) (i32.const 0)))
    (if (i32.lt_s (local.get $handle) (i32.const 0))
      (then (return (local.get $handle))))
    (call $close (local.get $handle)))

  ;; once does one thing that a mood is about.
  (func $once (param $mood i32) (result i32)
    (if (i32.eq (local.get $mood) (i32.const 99)) ;; "c"
      (then (return (call $random (i32.const 192) (i32.const 1)))))
    (if (i32.eq (local.get $mood) (i32.const 108)) ;; "l"
      (then (return (call $log (i32.const 1) (i32.const 0) (i32.const 3)))))
    (if (i32.eq (local.get $mood) (i32.const 114)) ;; "r"
      (then (return (call $send (i32.const 0)))))
    (if (i32.eq (local.get $mood) (i32.const 98)) ;; "b"
      (then (return (call $send (i32.const 60000)))))
    (call $delete (i32.const 0) (i32.const 3)))

  ;; spend answers a code, 0 if nothing was refused.
  (func $spend (param $phase i32) (result i32)
    (local $mood i32) (local $n i32) (local $code i32)
    (global.set $done (i32.const 0))
    (local.set $mood (call $mood (local.get $phase)))
    (if (i32.eq (local.get $mood) (i32.const 45)) ;; "-"
      (then (return (i32.const 0))))
    (loop $next
      (local.set $code (call $once (local.get $mood)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (if (i32.ge_s (local.get $code) (i32.const 0))
        (then (global.set $done (i32.add (global.get $done) (i32.const 1)))))
      (if (i32.eq (local.get $mood) (i32.const 110)) ;; "n"
        (then
          (br_if $next (i32.lt_u (local.get $n) (i32.const 400)))
          (return (i32.const 0))))
      (br_if $next (i32.eq (local.get $mood) (i32.const 105))) ;; "i"
      (br_if $next (i32.ge_s (local.get $code) (i32.const 0))))
    (local.get $code))

  (func (export "portico_abi_v1"))
  (func (export "portico_authorize") (result i32)
    (local $code i32)
    (if (local.tee $code (call $spend (i32.const 0)))
      (then (return (local.get $code))))
    (i32.const 1))
  (func (export "portico_map_request") (result i32)
    (call $spend (i32.const 1)))
  (func (export "portico_integrate") (result i32)
    (local $code i32)
    (if (local.tee $code (call $spend (i32.const 2)))
      (then (return (local.get $code))))
    ;; 200, and one for each four calls
    (drop (call $set_status (i32.add (i32.const 200) (i32.div_u (global.get $done) (i32.const 4)))))
    (i32.const 0)))
