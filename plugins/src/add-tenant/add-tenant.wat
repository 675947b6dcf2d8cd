;; add-tenant: a request mapper that tells the backend whose request it is. It
;; sets X-Tenant to the tenant that the authorizer put into its context, and
;; removes an X-Tenant that the client made up.
(module
  (import "portico_core_v1" "get_param"
    (func $get_param (param $source i32) (param $nptr i32) (param $nlen i32) (param $ptr i32) (param $cap i32) (result i32)))
  (import "portico_core_v1" "set_header"
    (func $set_header (param $message i32) (param $nptr i32) (param $nlen i32) (param $vptr i32) (param $vlen i32) (result i32)))
  (import "portico_core_v1" "remove_header"
    (func $remove_header (param $message i32) (param $nptr i32) (param $nlen i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "tenant")    ;; 6 bytes
  (data (i32.const 16) "X-Tenant") ;; 8 bytes

  (func (export "portico_abi_v1"))

  (func (export "portico_map_request") (result i32)
    (local $len i32)
    (local.set $len (call $get_param (i32.const 4) (i32.const 0) (i32.const 6) (i32.const 64) (i32.const 1024)))
    (if (i32.or (i32.lt_s (local.get $len) (i32.const 0)) (i32.gt_s (local.get $len) (i32.const 1024)))
      (then
        (drop (call $remove_header (i32.const 0) (i32.const 16) (i32.const 8)))
        (return (i32.const 0))))
    ;; A tenant that is no header value fails the request: set_header says so.
    (if (i32.lt_s (call $set_header (i32.const 0) (i32.const 16) (i32.const 8) (i32.const 64) (local.get $len)) (i32.const 0))
      (then (return (i32.const -2))))
    (i32.const 0)))
