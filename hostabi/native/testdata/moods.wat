;; A guest that does what the first byte of the path after "/" asks for, and
;; that refuses configurations in every way.
(module
  (import "portico_core_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "get_field" (func $get_field (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "config_read" (func $config_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "config_error" (func $config_error (param i32 i32) (result i32)))
  (import "portico_core_v1" "random" (func $random (param i32 i32) (result i32)))
  (import "portico_core_v1" "clock_unix_ns" (func $clock_unix_ns (result i64)))
  (import "portico_core_v1" "clock_monotonic_ns" (func $clock_monotonic_ns (result i64)))
  (import "portico_core_v1" "deadline_ms" (func $deadline_ms (result i64)))
  (import "portico_core_v1" "scratch_write" (func $scratch_write (param i32 i32) (result i32)))
  (import "portico_core_v1" "stream_write" (func $stream_write (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "stream_flush" (func $stream_flush (param i32) (result i32)))
  (import "portico_core_v1" "stream_close" (func $stream_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "a line\n")
  (data (i32.const 16) "no such mood")
  (data (i32.const 32) "data: tick\n\n") ;; 12 bytes
  ;; 64: what _initialize saw, 8 results of 4 bytes
  ;; 128: iovec, 256: the path or the configuration

  (func (export "portico_abi_v1"))

  (func (export "_initialize")
    (i32.store (i32.const 64) (call $log (i32.const 1) (i32.const 0) (i32.const 6)))
    (i32.store (i32.const 68) (call $config_read (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 72) (call $get_field (i32.const 1) (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 76) (call $random (i32.const 96) (i32.const 8)))
    (i32.store (i32.const 80) (i64.gt_s (call $clock_unix_ns) (i64.const 0)))
    (i32.store (i32.const 84) (i64.ge_s (call $clock_monotonic_ns) (i64.const 0)))
    (i32.store (i32.const 88) (i64.gt_s (call $deadline_ms) (i64.const 0)))
    (call $print (i32.const 1)))

  ;; Prints a line to a descriptor.
  (func $print (param $fd i32)
    (i32.store (i32.const 128) (i32.const 0))
    (i32.store (i32.const 132) (i32.const 7))
    (drop (call $fd_write (local.get $fd) (i32.const 128) (i32.const 1) (i32.const 140))))

  ;; {"mood":"?"}: the byte at 9 of the configuration
  (func (export "portico_configure") (result i32)
    (local $mood i32)
    (if (i32.lt_s (call $config_read (i32.const 256) (i32.const 64)) (i32.const 10))
      (then (return (i32.const 0))))
    (local.set $mood (i32.load8_u (i32.const 265)))
    (if (i32.eq (local.get $mood) (i32.const 101)) ;; e
      (then
        (drop (call $config_error (i32.const 16) (i32.const 12)))
        (return (i32.const -2))))
    (if (i32.eq (local.get $mood) (i32.const 110)) ;; n
      (then (return (i32.const -2))))
    (if (i32.eq (local.get $mood) (i32.const 111)) ;; o
      (then (return (i32.const 7))))
    (if (i32.eq (local.get $mood) (i32.const 108)) ;; l
      (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $mood) (i32.const 116)) ;; t
      (then (unreachable)))
    (i32.const 0))

  (func $mood (result i32)
    (drop (call $get_field (i32.const 2) (i32.const 256) (i32.const 64)))
    (i32.load8_u (i32.const 257)))

  (func $trap_here (unreachable))

  (func (export "portico_authorize") (result i32)
    (local $mood i32) (local $n i32)
    (local.set $mood (call $mood))
    (if (i32.eq (local.get $mood) (i32.const 116)) ;; t
      (then (call $trap_here)))
    (if (i32.eq (local.get $mood) (i32.const 108)) ;; l
      (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $mood) (i32.const 120)) ;; x
      (then (call $proc_exit (i32.const 3))))
    (if (i32.eq (local.get $mood) (i32.const 111)) ;; o
      (then (call $print (i32.const 1)) (call $print (i32.const 2))))
    (if (i32.eq (local.get $mood) (i32.const 103)) ;; g
      (then
        (loop $again
          (drop (call $log (i32.const 2) (i32.const 0) (i32.const 6)))
          (br_if $again (i32.lt_u
            (local.tee $n (i32.add (local.get $n) (i32.const 1)))
            (i32.const 100))))))
    (if (i32.eq (local.get $mood) (i32.const 98)) ;; b
      (then (drop (call $log (i32.const 3) (i32.const 0) (i32.const 65536)))))
    (if (i32.eq (local.get $mood) (i32.const 99)) ;; c
      (then
        (i64.store (i32.const 96) (call $clock_unix_ns))
        (drop (call $scratch_write (i32.const 96) (i32.const 8)))))
    (if (i32.eq (local.get $mood) (i32.const 105)) ;; i
      (then (drop (call $scratch_write (i32.const 64) (i32.const 28)))))
    (if (i32.eq (local.get $mood) (i32.const 109)) ;; m
      (then (drop (memory.grow (i32.const 20)))))
    (if (i32.eq (local.get $mood) (i32.const 102)) ;; f
      (then (return (i32.const -13))))
    (i32.const 1))

  (func (export "portico_integrate") (result i32)
    (local $mood i32) (local $n i32)
    (local.set $mood (call $mood))
    (drop (call $stream_write (i32.const 1) (i32.const 32) (i32.const 12)))
    (if (i32.lt_s (local.tee $n (call $stream_flush (i32.const 1))) (i32.const 0))
      (then (return (local.get $n))))
    (if (i32.eq (local.get $mood) (i32.const 108)) ;; l: flush and hang
      (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $mood) (i32.const 99)) ;; c: close, then no handle
      (then
        (drop (call $stream_close (i32.const 1)))
        (return (select (i32.const 0) (i32.const -13)
          (i32.eq (call $stream_write (i32.const 1) (i32.const 32) (i32.const 12)) (i32.const -6))))))
    ;; stream until writing fails
    (loop $next
      (br_if $next (i32.ge_s
        (call $stream_write (i32.const 1) (i32.const 32) (i32.const 12))
        (i32.const 0))))
    (i32.const 0)))
