;; session: an authorizer for bearer tokens.
;;
;; The operator lists tokens and the tenant of each in session.toml:
;;
;;     [config.tokens]
;;     let-me-in = "acme"
;;
;; No Authorization header is answered with 401, an unknown token with 403. A
;; known one puts its tenant into the authorizer's context, where mappers and
;; integrations find it.
(module
  (import "portico_core_v1" "config_read"
    (func $config_read (param $ptr i32) (param $cap i32) (result i32)))
  (import "portico_core_v1" "config_error"
    (func $config_error (param $ptr i32) (param $len i32) (result i32)))
  (import "portico_core_v1" "get_header"
    (func $get_header (param $message i32) (param $nptr i32) (param $nlen i32) (param $ptr i32) (param $cap i32) (result i32)))
  (import "portico_core_v1" "set_principal"
    (func $set_principal (param $ptr i32) (param $len i32) (result i32)))
  (import "portico_core_v1" "set_auth_context"
    (func $set_auth_context (param $kptr i32) (param $klen i32) (param $kind i32) (param $vptr i32) (param $vlen i32) (result i32)))

  (memory (export "memory") 2)
  (data (i32.const 0) "authorization")     ;; 13 bytes
  (data (i32.const 16) "tenant")           ;; 6 bytes
  (data (i32.const 32) "\"tokens\":{")     ;; 10 bytes
  (data (i32.const 64) "want [config.tokens] with at least one line such as: let-me-in = \"acme\"") ;; 71 bytes

  ;; The header lies at 1024, 1024 bytes at most; what is searched for is built
  ;; in place around the token. The configuration lies at 4096.
  (global $config_end (mut i32) (i32.const 0))
  (global $tokens (mut i32) (i32.const 0)) ;; just behind the brace of tokens

  (func (export "portico_abi_v1"))

  ;; find returns where needle stands in [from, to), or 0.
  (func $find (param $from i32) (param $to i32) (param $needle i32) (param $len i32) (result i32)
    (local $i i32)
    (block $none
      (loop $next
        (br_if $none (i32.gt_u (i32.add (local.get $from) (local.get $len)) (local.get $to)))
        (local.set $i (i32.const 0))
        (block $differs
          (loop $same
            (br_if $differs (i32.ne
              (i32.load8_u (i32.add (local.get $from) (local.get $i)))
              (i32.load8_u (i32.add (local.get $needle) (local.get $i)))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $same (i32.lt_u (local.get $i) (local.get $len))))
          (return (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next)))
    (i32.const 0))

  (func (export "portico_configure") (result i32)
    (local $len i32) (local $at i32)
    (local.set $len (call $config_read (i32.const 4096) (i32.const 65536)))
    (if (i32.and (i32.gt_s (local.get $len) (i32.const 0)) (i32.le_s (local.get $len) (i32.const 65536)))
      (then
        (global.set $config_end (i32.add (i32.const 4096) (local.get $len)))
        (local.set $at (call $find (i32.const 4096) (global.get $config_end) (i32.const 32) (i32.const 10)))
        (if (local.get $at)
          (then
            (global.set $tokens (i32.add (local.get $at) (i32.const 10)))
            (return (i32.const 0))))))
    (drop (call $config_error (i32.const 64) (i32.const 71)))
    (i32.const -2))

  ;; plain says whether a byte may stand in a token: a letter, a digit or one
  ;; of -._~+/= (RFC 6750, section 2.1). None of them is escaped in JSON.
  (func $plain (param $c i32) (result i32)
    (if (i32.lt_u (i32.sub (i32.or (local.get $c) (i32.const 0x20)) (i32.const 0x61)) (i32.const 26))
      (then (return (i32.const 1))))
    (if (i32.lt_u (i32.sub (local.get $c) (i32.const 0x30)) (i32.const 10))
      (then (return (i32.const 1))))
    (if (i32.lt_u (i32.sub (local.get $c) (i32.const 0x2d)) (i32.const 3)) ;; - . /
      (then (return (i32.const 1))))
    (i32.or (i32.or (i32.eq (local.get $c) (i32.const 0x5f)) (i32.eq (local.get $c) (i32.const 0x7e)))
            (i32.or (i32.eq (local.get $c) (i32.const 0x2b)) (i32.eq (local.get $c) (i32.const 0x3d)))))

  (func (export "portico_authorize") (result i32)
    (local $len i32) (local $token i32) (local $end i32) (local $at i32) (local $value i32)
    (local.set $len (call $get_header (i32.const 0) (i32.const 0) (i32.const 13) (i32.const 1024) (i32.const 1024)))
    (if (i32.le_s (local.get $len) (i32.const 0))
      (then (return (i32.const 2))))             ;; 401: nobody said who they are
    (if (i32.or (i32.gt_s (local.get $len) (i32.const 1024)) (i32.lt_s (local.get $len) (i32.const 8)))
      (then (return (i32.const 0))))
    ;; "Bearer ", in any case
    (if (i64.ne (i64.or (i64.and (i64.load (i32.const 1024)) (i64.const 0x00ffffffffffffff)) (i64.const 0x0020202020202020))
                (i64.const 0x0020726572616562))  ;; "bearer " as little endian
      (then (return (i32.const 0))))
    (local.set $token (i32.const 1031))
    (local.set $end (i32.add (i32.const 1024) (local.get $len)))
    (local.set $at (local.get $token))
    (loop $check
      (if (i32.eqz (call $plain (i32.load8_u (local.get $at))))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $check (i32.lt_u (local.get $at) (local.get $end))))
    ;; Look for "TOKEN":" behind the brace of tokens.
    (i32.store8 (i32.const 1030) (i32.const 0x22))
    (i32.store8 (local.get $end) (i32.const 0x22))
    (i32.store16 (i32.add (local.get $end) (i32.const 1)) (i32.const 0x223a)) ;; :"
    (local.set $at (call $find (global.get $tokens) (global.get $config_end)
      (i32.const 1030) (i32.add (i32.sub (local.get $end) (i32.const 1030)) (i32.const 3))))
    (if (i32.eqz (local.get $at))
      (then (return (i32.const 0))))             ;; 403: an unknown token
    (local.set $value (i32.add (local.get $at)
      (i32.add (i32.sub (local.get $end) (i32.const 1030)) (i32.const 3))))
    (local.set $at (local.get $value))
    (block $quote
      (loop $scan
        (br_if $quote (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x22)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $scan (i32.lt_u (local.get $at) (global.get $config_end)))))
    (local.set $len (i32.sub (local.get $at) (local.get $value)))
    (if (i32.lt_s (call $set_principal (local.get $value) (local.get $len)) (i32.const 0))
      (then (return (i32.const -13))))
    (if (i32.lt_s (call $set_auth_context (i32.const 16) (i32.const 6) (i32.const 0) (local.get $value) (local.get $len)) (i32.const 0))
      (then (return (i32.const -13))))
    (i32.const 1)))
