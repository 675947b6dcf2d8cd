;; token: an authorizer that lets in whose token the issuer "main" has signed.
(module
  (import "portico_core_v1" "get_header" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_jwt_v1" "verify" (func $verify (param i32 i32 i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "Authorization") ;; 13 bytes
  (data (i32.const 16) "main")

  (func (export "portico_abi_v1"))

  (func (export "portico_authorize") (result i32)
    (local $n i32)
    (local.set $n (call $get_header (i32.const 0) (i32.const 0) (i32.const 13) (i32.const 1024) (i32.const 8192)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return (i32.const 2))))
    (i32.ge_s (call $verify (i32.const 16) (i32.const 4) (i32.const 1024) (local.get $n) (i32.const 16384) (i32.const 8192))
      (i32.const 0))))
