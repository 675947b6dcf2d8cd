;; A start section that counts, and a reactor's _initialize after it.
(module $start
  (memory (export "memory") 1)
  (global $n (mut i32) (i32.const 0))
  (func $add (param i32)
    (global.set $n (i32.add (i32.mul (global.get $n) (i32.const 10)) (local.get 0))))
  (func $begin (call $add (i32.const 1)))
  (func (export "_initialize") (call $add (i32.const 2)))
  (func (export "n") (result i32) (global.get $n))
  (start $begin))
