;; A guest that prints its configuration to standard error, 1000 bytes at a time,
;; as an authorizer, and logs it as a request mapper. It answers 0.
(module
  (import "portico_core_v1" "config_read" (func $config_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 8)
  ;; 0: iovec, 1024: the configuration

  (func (export "portico_abi_v1"))

  (func (export "portico_authorize") (result i32)
    (local $at i32) (local $left i32) (local $piece i32)
    (local.set $at (i32.const 1024))
    (local.set $left (call $config_read (i32.const 1024) (i32.const 500000)))
    (loop $more
      (local.set $piece (select (local.get $left) (i32.const 1000) (i32.lt_u (local.get $left) (i32.const 1000))))
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $piece))
      (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
      (local.set $at (i32.add (local.get $at) (local.get $piece)))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (local.get $piece)))))
    (i32.const 0))

  (func (export "portico_map_request") (result i32)
    (drop (call $log (i32.const 1) (i32.const 1024) (call $config_read (i32.const 1024) (i32.const 500000))))
    (i32.const 0)))
