;; A plugin that puts the secret "s" where it does not belong: as an authorizer into
;; the principal, the context and a label, as an integration into an error.
(module
  (import "portico_core_v1" "set_principal" (func $set_principal (param i32 i32) (result i32)))
  (import "portico_core_v1" "set_auth_context" (func $set_auth_context (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "result_write" (func $result_write (param i32 i32) (result i32)))
  (import "portico_secrets_v1" "read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "portico_metrics_v1" "counter_add" (func $counter_add (param i32 i32 i32 i32 f64) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "s")
  (data (i32.const 16) "key")
  (data (i32.const 32) "seen_total")
  (data (i32.const 48) "\"}")
  (data (i32.const 1007) "{\"errorMessage\":\"") ;; 17 bytes
  (data (i32.const 2041) "\03\00\00\00who") ;; a label, and at 2048 the length of its value
  ;; 1024, 2052: the secret

  (func (export "portico_abi_v1"))

  (func $secret (param $at i32) (result i32)
    (call $read (i32.const 0) (i32.const 1) (local.get $at) (i32.const 100)))

  (func (export "portico_authorize") (result i32)
    (local $n i32)
    (local.set $n (call $secret (i32.const 2052)))
    (i32.store (i32.const 2048) (local.get $n))
    (drop (call $set_principal (i32.const 2052) (local.get $n)))
    (drop (call $set_auth_context (i32.const 16) (i32.const 3) (i32.const 0) (i32.const 2052) (local.get $n)))
    (drop (call $counter_add (i32.const 32) (i32.const 10) (i32.const 2041) (i32.add (local.get $n) (i32.const 11)) (f64.const 1)))
    (i32.const 1))

  (func (export "portico_integrate") (result i32)
    (local $n i32)
    (local.set $n (call $secret (i32.const 1024)))
    (memory.copy (i32.add (i32.const 1024) (local.get $n)) (i32.const 48) (i32.const 2))
    (drop (call $result_write (i32.const 1007) (i32.add (local.get $n) (i32.const 19))))
    (i32.const 3)))
