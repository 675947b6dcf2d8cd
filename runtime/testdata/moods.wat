;; A guest of every kind that does what the first byte of the header X-Mood
;; asks for. Without the header it behaves: it allows, changes nothing, and
;; answers "fine\n".
(module
  (import "portico_core_v1" "get_header" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_header" (func $set_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_core_v1" "result_write" (func $result_write (param i32 i32) (result i32)))
  (import "portico_core_v1" "stream_write" (func $stream_write (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "stream_flush" (func $stream_flush (param i32) (result i32)))
  (import "portico_core_v1" "clock_unix_ns" (func $clock_unix_ns (result i64)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "X-Mood")       ;; 6 bytes
  (data (i32.const 16) "fine\n")      ;; 5 bytes
  (data (i32.const 32) "{\"statusCode\":") ;; 14 bytes: no JSON
  (data (i32.const 64) "data: 1\n\n") ;; 9 bytes
  (data (i32.const 80) "data: 2\n\n") ;; 9 bytes
  (data (i32.const 96) "X-Seen")      ;; 6 bytes
  (data (i32.const 112) "Content-Type") ;; 12 bytes
  (data (i32.const 128) "text/event-stream") ;; 17 bytes
  ;; 256: the mood

  (func (export "portico_abi_v1"))

  (func $mood (result i32)
    (i32.store8 (i32.const 256) (i32.const 0))
    (drop (call $get_header (i32.const 0) (i32.const 0) (i32.const 6) (i32.const 256) (i32.const 64)))
    (i32.load8_u (i32.const 256)))

  (func $deeper (param $n i32) (result i32)
    (i32.add (call $deeper (i32.add (local.get $n) (i32.const 1))) (i32.const 1)))

  ;; 2^40 calls without a loop.
  (func $tree (param $n i32)
    (if (local.get $n)
      (then
        (call $tree (i32.sub (local.get $n) (i32.const 1)))
        (call $tree (i32.sub (local.get $n) (i32.const 1))))))

  ;; misbehave does what harms in every kind, and returns what it could not do.
  (func $misbehave (param $mood i32)
    (if (i32.eq (local.get $mood) (i32.const 116)) ;; t: trap
      (then (unreachable)))
    (if (i32.eq (local.get $mood) (i32.const 108)) ;; l: loop
      (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $mood) (i32.const 114)) ;; r: recurse for ever
      (then (drop (call $deeper (i32.const 0)))))
    (if (i32.eq (local.get $mood) (i32.const 103)) ;; g: grow a tree of calls
      (then (call $tree (i32.const 40))))
    (if (i32.eq (local.get $mood) (i32.const 104)) ;; h: call the host for ever
      (then (loop $forever (drop (call $clock_unix_ns)) (br $forever))))
    (if (i32.eq (local.get $mood) (i32.const 120)) ;; x: exit
      (then (call $proc_exit (i32.const 0))))
    (if (i32.eq (local.get $mood) (i32.const 109)) ;; m: take all memory there is
      (then
        (loop $more
          (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (unreachable))))

  (func (export "portico_authorize") (result i32)
    (local $mood i32)
    (local.set $mood (call $mood))
    (call $misbehave (local.get $mood))
    (if (i32.eq (local.get $mood) (i32.const 110)) ;; n: an answer that is none
      (then (return (i32.const 99))))
    (if (i32.eq (local.get $mood) (i32.const 101)) ;; e: an error code
      (then (return (i32.const -13))))
    (if (i32.eq (local.get $mood) (i32.const 119)) ;; w: write no JSON
      (then
        (drop (call $result_write (i32.const 32) (i32.const 14)))
        (return (i32.const 3))))
    (if (i32.eq (local.get $mood) (i32.const 122)) ;; z: a result that was not given
      (then (return (i32.const 3))))
    (i32.const 1))

  (func (export "portico_map_request") (result i32)
    (local $mood i32)
    (local.set $mood (call $mood))
    (drop (call $set_header (i32.const 0) (i32.const 96) (i32.const 6) (i32.const 16) (i32.const 4)))
    (if (i32.eq (local.get $mood) (i32.const 97)) ;; a: answer
      (then
        (drop (call $set_status (i32.const 418)))
        (drop (call $stream_write (i32.const 1) (i32.const 16) (i32.const 5)))
        (return (i32.const 1))))
    (call $misbehave (local.get $mood))
    (if (i32.eq (local.get $mood) (i32.const 110))
      (then (return (i32.const 99))))
    (i32.const 0))

  (func (export "portico_map_response") (result i32)
    (local $mood i32)
    (local.set $mood (call $mood))
    (drop (call $set_header (i32.const 1) (i32.const 96) (i32.const 6) (i32.const 16) (i32.const 4)))
    (call $misbehave (local.get $mood))
    (if (i32.eq (local.get $mood) (i32.const 110))
      (then (return (i32.const 99))))
    (i32.const 0))

  (func (export "portico_integrate") (result i32)
    (local $mood i32)
    (local.set $mood (call $mood))
    (call $misbehave (local.get $mood))
    (if (i32.eq (local.get $mood) (i32.const 110))
      (then (return (i32.const 99))))
    (if (i32.eq (local.get $mood) (i32.const 101))
      (then (return (i32.const -13))))
    (if (i32.eq (local.get $mood) (i32.const 119))
      (then
        (drop (call $result_write (i32.const 32) (i32.const 14)))
        (return (i32.const 3))))
    (if (i32.eq (local.get $mood) (i32.const 122))
      (then (return (i32.const 3))))
    (if (i32.eq (local.get $mood) (i32.const 102)) ;; f: flood the answer's body
      (then
        (loop $more
          (br_if $more (i32.ge_s (call $stream_write (i32.const 1) (i32.const 0) (i32.const 65536)) (i32.const 0))))
        (return (i32.const -10))))
    (if (i32.eq (local.get $mood) (i32.const 115)) ;; s: stream
      (then
        (drop (call $set_header (i32.const 1) (i32.const 112) (i32.const 12) (i32.const 128) (i32.const 17)))
        (drop (call $stream_write (i32.const 1) (i32.const 64) (i32.const 9)))
        (drop (call $stream_flush (i32.const 1)))
        (drop (call $stream_write (i32.const 1) (i32.const 80) (i32.const 9)))
        (return (i32.const 0))))
    (if (i32.eq (local.get $mood) (i32.const 98)) ;; b: break after the flush
      (then
        (drop (call $stream_write (i32.const 1) (i32.const 64) (i32.const 9)))
        (drop (call $stream_flush (i32.const 1)))
        (unreachable)))
    (drop (call $stream_write (i32.const 1) (i32.const 16) (i32.const 5)))
    (i32.const 0)))
