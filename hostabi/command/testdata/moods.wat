;; A command that does what the first byte of its input says.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fd_fdstat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $fd_prestat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $sock_accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 4)
  (data (i32.const 256) "{\"isAuthorized\":true}")
  (data (i32.const 288) "a line to standard error\n")
  (data (i32.const 320) " \n\t ")
  (data (i32.const 336) "file")
  (global $mood (mut i32) (i32.const 0))

  ;; write all of a piece of memory
  (func $write (param $fd i32) (param $ptr i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $ptr))
    (i32.store (i32.const 4) (local.get $len))
    (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)) (then (unreachable)))
    (if (i32.ne (i32.load (i32.const 8)) (local.get $len)) (then (unreachable))))

  ;; read into two pieces, 3 and 4093 bytes; the length
  (func $read (result i32)
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (i32.const 3))
    (i32.store (i32.const 8) (i32.const 4099))
    (i32.store (i32.const 12) (i32.const 4093))
    (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 2) (i32.const 16)) (then (unreachable)))
    (i32.load (i32.const 16)))

  (func $answer (call $write (i32.const 1) (i32.const 256) (i32.const 21)))

  ;; write $n blocks of 64 KiB
  (func $blocks (param $n i32)
    (loop $more
      (call $write (i32.const 1) (i32.const 65536) (i32.const 65536))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  (func $is (param $c i32) (result i32) (i32.eq (global.get $mood) (local.get $c)))

  (func (export "_start") (local $n i32)
    (local.set $n (call $read))
    (global.set $mood (i32.load8_u (i32.const 4096)))
    (if (call $is (i32.const 0x61)) (then (call $answer)))                         ;; a: answers
    (if (call $is (i32.const 0x30)) (then (call $answer) (call $proc_exit (i32.const 0))))
    (if (call $is (i32.const 0x33)) (then (call $answer) (call $proc_exit (i32.const 3))))
    (if (call $is (i32.const 0x39)) (then (call $answer) (call $proc_exit (i32.const -1))))
    (if (call $is (i32.const 0x74)) (then (call $answer) (unreachable)))           ;; t: traps
    (if (call $is (i32.const 0x6f)) (then (call $blocks (i32.const 0))))           ;; o: output without end
    (if (call $is (i32.const 0x6d)) (then (call $blocks (i32.const 160))))         ;; m: the most
    (if (call $is (i32.const 0x4d)) (then (call $blocks (i32.const 160)) (call $write (i32.const 1) (i32.const 0) (i32.const 1))))
    (if (call $is (i32.const 0x6c)) (then (call $answer) (loop $l (br $l))))       ;; l: loops
    (if (call $is (i32.const 0x77)) (then (call $write (i32.const 1) (i32.const 320) (i32.const 4))))
    (if (call $is (i32.const 0x66)) (then                                          ;; f: 100 lines of errors
      (local.set $n (i32.const 100))
      (loop $more
        (call $write (i32.const 2) (i32.const 288) (i32.const 25))
        (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (call $answer)))
    (if (call $is (i32.const 0x45)) (then                                          ;; E: one endless line
      (loop $more (call $write (i32.const 2) (i32.const 65536) (i32.const 65536)) (br $more))))
    (if (call $is (i32.const 0x73)) (then                                          ;; s: sleeps an hour
      (i32.store (i32.const 528) (i32.const 1))
      (i64.store (i32.const 536) (i64.const 3600000000000))
      (drop (call $poll_oneoff (i32.const 512) (i32.const 640) (i32.const 1) (i32.const 700)))
      (call $answer)))
    (if (call $is (i32.const 0x65)) (then                                          ;; e: echoes
      (loop $more
        (call $write (i32.const 1) (i32.const 4096) (local.get $n))
        (br_if $more (local.tee $n (call $read))))))
    (if (call $is (i32.const 0x76)) (then                                          ;; v: arguments, environment
      (if (call $args_sizes_get (i32.const 1024) (i32.const 1028)) (then (unreachable)))
      (if (call $args_get (i32.const 1040) (i32.const 2048)) (then (unreachable)))
      (call $write (i32.const 1) (i32.load (i32.const 1040)) (i32.load (i32.const 1028)))
      (if (call $environ_sizes_get (i32.const 1032) (i32.const 1036)) (then (unreachable)))
      (if (call $environ_get (i32.const 1040) (i32.const 2048)) (then (unreachable)))
      (call $write (i32.const 1) (i32.load (i32.const 1040)) (i32.load (i32.const 1036)))
      (i32.store8 (i32.const 1100) (i32.add (i32.const 0x30) (i32.load (i32.const 1024))))
      (i32.store8 (i32.const 1101) (i32.add (i32.const 0x30) (i32.load (i32.const 1032))))
      (call $write (i32.const 1) (i32.const 1100) (i32.const 2))))
    (if (call $is (i32.const 0x64)) (then                                          ;; d: files, network; a pipe
      (i32.store8 (i32.const 1100) (call $fd_prestat_get (i32.const 3) (i32.const 1024)))
      (i32.store8 (i32.const 1101) (call $path_open (i32.const 3) (i32.const 0) (i32.const 336) (i32.const 4)
        (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 1024)))
      (i32.store8 (i32.const 1102) (call $sock_accept (i32.const 3) (i32.const 0) (i32.const 1024)))
      (if (call $fd_fdstat_get (i32.const 1) (i32.const 1024)) (then (unreachable)))
      (i32.store8 (i32.const 1103) (i32.load8_u (i32.const 1024)))
      (call $write (i32.const 1) (i32.const 1100) (i32.const 4))))
    (if (call $is (i32.const 0x67)) (then                                          ;; g: all the memory there is
      (drop (memory.grow (i32.const 65000)))
      (i32.store8 (i32.const 1100) (memory.size))
      (call $write (i32.const 1) (i32.const 1100) (i32.const 1))))))
