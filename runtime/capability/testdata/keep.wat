;; A guest that reads the secret "s" once and keeps it. Each call prints it to
;; standard error, and logs fifteen of it, one after the other.
(module
  (import "portico_core_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "portico_secrets_v1" "read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 32)
  (data (i32.const 16) "s")
  ;; 0: iovec, 1024: the values

  (global $length (mut i32) (i32.const 0))

  (func (export "portico_abi_v1"))

  (func (export "portico_authorize") (result i32)
    (local $n i32)
    (if (i32.eqz (global.get $length))
      (then
        (global.set $length (call $read (i32.const 16) (i32.const 1) (i32.const 1024) (i32.const 100000)))
        (loop $copy
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (memory.copy
            (i32.add (i32.const 1024) (i32.mul (local.get $n) (global.get $length)))
            (i32.const 1024)
            (global.get $length))
          (br_if $copy (i32.lt_u (local.get $n) (i32.const 14))))))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (global.get $length))
    (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $log (i32.const 1) (i32.const 1024) (i32.mul (global.get $length) (i32.const 15))))
    (i32.const 0)))
