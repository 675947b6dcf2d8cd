;; A guest as freeze gets it from the linker: a stack that begins at 64 KiB, with
;; data above it. Its freezing leaves 7 on the stack, and the library behind the
;; data; a library that begins with "!" fails.
(module
  (import "portico_script" "read" (func $read (param i32 i32) (result i32)))
  (import "portico_script" "fail" (func $fail (param i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (global $stack (mut i32) (i32.const 65536))
  (data (i32.const 65536) "data")
  (func (export "_initialize") (i32.store8 (i32.const 65540) (i32.const 1)))
  (func (export "portico_freeze") (result i32)
    (i32.store8 (i32.sub (global.get $stack) (i32.const 8)) (i32.const 7))
    (drop (memory.grow (i32.const 1)))
    (drop (call $read (i32.const 65792) (i32.const 1024)))
    (if (result i32) (i32.eq (i32.load8_u (i32.const 65834)) (i32.const 33)) ;; behind the head that freeze writes
      (then (drop (call $fail (i32.const 2) (i32.const 1) (i32.const 65536) (i32.const 4))) (i32.const -13))
      (else (i32.const 0))))
  (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "portico_abi_v1")))
