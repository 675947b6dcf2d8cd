;; An integration that has a token verified: the header X-Token, by the issuer
;; "login". It answers 200 and the claims, 401 and the reason, or 503.
(module
  (import "portico_core_v1" "get_header" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_core_v1" "stream_write" (func $stream_write (param i32 i32 i32) (result i32)))
  (import "portico_jwt_v1" "verify" (func $verify (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "portico_jwt_v1" "reason" (func $reason (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "x-token")
  (data (i32.const 16) "login")
  ;; 1024: the token, 20480: the claims or the reason

  (func (export "portico_abi_v1"))
  (func (export "portico_integrate") (result i32)
    (local $n i32) (local $status i32)
    (local.set $n (call $get_header (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 1024) (i32.const 16384)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (local.get $n))))
    (local.set $n (call $verify (i32.const 16) (i32.const 5) (i32.const 1024) (local.get $n) (i32.const 20480) (i32.const 16384)))
    (local.set $status (i32.const 200))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then
        (local.set $status
          (select (i32.const 401) (i32.const 503)
            (i32.or (i32.eq (local.get $n) (i32.const -2)) (i32.eq (local.get $n) (i32.const -4))))) ;; EINVAL, EPERM
        (local.set $n (call $reason (i32.const 20480) (i32.const 16384)))))
    (drop (call $set_status (local.get $status)))
    (drop (call $stream_write (i32.const 1) (i32.const 20480) (local.get $n)))
    (i32.const 0)))
