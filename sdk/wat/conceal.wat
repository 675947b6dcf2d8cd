;; Removes from requests the headers that only the inside may set: those whose
;; names begin with X-Internal-.
(module
  ;; (headers message ptr cap): the header list as pairs, or how long it is
  (import "portico_core_v1" "headers"
    (func $headers (param i32 i32 i32) (result i32)))
  ;; (remove_header message name_ptr name_len)
  (import "portico_core_v1" "remove_header"
    (func $remove_header (param i32 i32 i32) (result i32)))

  (memory (export "memory") 1)          ;; one page, 65536 bytes:
  (data (i32.const 0) "x-internal-")    ;; 0    the prefix, 11 bytes, lower case
                                        ;; 1024 the header list, up to 64512 bytes

  (func (export "portico_abi_v1"))      ;; the marker

  ;; lower makes an ASCII capital a small letter: $c - 'A' is below 26, read as
  ;; unsigned, for capitals alone.
  (func $lower (param $c i32) (result i32)
    (if (result i32)
      (i32.lt_u (i32.sub (local.get $c) (i32.const 0x41)) (i32.const 26))
      (then (i32.add (local.get $c) (i32.const 0x20)))
      (else (local.get $c))))

  ;; internal says whether the name of $len bytes at $name begins with the prefix.
  (func $internal (param $name i32) (param $len i32) (result i32)
    (local $i i32)
    (if (i32.lt_u (local.get $len) (i32.const 11))
      (then (return (i32.const 0))))
    (loop $next
      (if (i32.ne
            (call $lower (i32.load8_u (i32.add (local.get $name) (local.get $i))))
            (i32.load8_u (local.get $i))) ;; the prefix is at 0
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 11))))
    (i32.const 1))

  (func (export "portico_map_request") (result i32)
    (local $at i32) (local $end i32) (local $name i32) (local $len i32)
    (local.set $len
      (call $headers (i32.const 0) (i32.const 1024) (i32.const 64512)))
    (if (i32.lt_s (local.get $len) (i32.const 0)) ;; a code:
      (then (return (local.get $len))))           ;; the plugin has failed
    (if (i32.gt_s (local.get $len) (i32.const 64512)) ;; nothing was written
      (then (return (i32.const -10))))                ;; E2BIG
    (local.set $at (i32.const 1024))
    (local.set $end (i32.add (local.get $at) (local.get $len)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        ;; a pair: u32 length, name, u32 length, value
        (local.set $len (i32.load align=1 (local.get $at)))
        (local.set $name (i32.add (local.get $at) (i32.const 4)))
        (local.set $at (i32.add (local.get $name) (local.get $len)))
        (local.set $at ;; behind the value
          (i32.add (local.get $at)
            (i32.add (i32.const 4) (i32.load align=1 (local.get $at)))))
        (br_if $next (i32.eqz (call $internal (local.get $name) (local.get $len))))
        (local.set $len
          (call $remove_header (i32.const 0) (local.get $name) (local.get $len)))
        (br_if $next (i32.ge_s (local.get $len) (i32.const 0)))
        (return (local.get $len))))
    (i32.const 0)))                       ;; go on
