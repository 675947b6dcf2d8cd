;; No memory at all.
(module $no_memory
  (import "test" "read" (func $read (param i32 i32) (result i32)))
  (func (export "read") (result i32) (call $read (i32.const 0) (i32.const 1))))
