;; A mapper that sets X-Stamp to what stamp.toml says:
;;
;;     [config]
;;     stamp = "7"
;;
;; Without that line loading fails.
(module
  (import "portico_core_v1" "config_read" (func $config_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "config_error" (func $config_error (param i32 i32) (result i32)))
  (import "portico_core_v1" "set_header" (func $set_header (param i32 i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "X-Stamp")                  ;; 7 bytes
  (data (i32.const 16) "want config.stamp = text") ;; 24 bytes
  ;; 256: {"stamp":"…"}, so that the text begins at 266 and ends 2 before the end
  (global $len (mut i32) (i32.const 0))

  (func (export "portico_abi_v1"))

  (func (export "portico_configure") (result i32)
    (global.set $len (i32.sub (call $config_read (i32.const 256) (i32.const 1024)) (i32.const 12)))
    (if (i32.gt_s (global.get $len) (i32.const 0))
      (then (return (i32.const 0))))
    (drop (call $config_error (i32.const 16) (i32.const 24)))
    (i32.const -2))

  (func $stamp (param $message i32) (result i32)
    (call $set_header (local.get $message) (i32.const 0) (i32.const 7) (i32.const 266) (global.get $len)))

  (func (export "portico_map_request") (result i32)
    (call $stamp (i32.const 0)))

  (func (export "portico_map_response") (result i32)
    (call $stamp (i32.const 1))))
