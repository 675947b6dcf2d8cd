;; An authorizer that allows every request. Its configuration is refused when it
;; is longer than 64 bytes.
(module
  (import "portico_core_v1" "config_read" (func $config_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "config_error" (func $config_error (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "too long")
  (func (export "portico_abi_v1"))
  (func (export "portico_configure") (result i32)
    (if (i32.gt_s (call $config_read (i32.const 64) (i32.const 0)) (i32.const 64))
      (then
        (drop (call $config_error (i32.const 0) (i32.const 8)))
        (return (i32.const -2))))
    (i32.const 0))
  (func (export "portico_authorize") (result i32)
    (i32.const 1)))
