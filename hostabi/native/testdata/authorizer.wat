(module
  (import "portico_core_v1" "get_header"
    (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_principal"
    (func $set_principal (param i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "authorization")   ;; 13 bytes
  (data (i32.const 16) "Bearer letmein") ;; 14 bytes
  (data (i32.const 32) "guest")          ;; 5 bytes
  ;; from 64 on: the header's value, up to 256 bytes

  (func (export "portico_abi_v1"))

  (func (export "portico_authorize") (result i32)
    (local $len i32) (local $i i32)
    (local.set $len
      (call $get_header
        (i32.const 0)                     ;; of the request
        (i32.const 0) (i32.const 13)      ;; the name
        (i32.const 64) (i32.const 256)))  ;; the buffer

    (if (i32.eq (local.get $len) (i32.const -1)) ;; ENOENT: no such header
      (then (return (i32.const 2))))             ;; unauthorized: 401
    (if (i32.lt_s (local.get $len) (i32.const 0)) ;; any other code
      (then (return (local.get $len))))           ;; is the plugin's failure
    (if (i32.ne (local.get $len) (i32.const 14)) ;; also longer than the buffer
      (then (return (i32.const 0))))             ;; deny: 403

    (loop $next
      (if (i32.ne
            (i32.load8_u (i32.add (local.get $i) (i32.const 16)))
            (i32.load8_u (i32.add (local.get $i) (i32.const 64))))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 14))))

    (drop (call $set_principal (i32.const 32) (i32.const 5)))
    (i32.const 1)))                              ;; allow
