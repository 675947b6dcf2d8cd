;; A start function with an effect.
(module
  (global $g (mut i32) (i32.const 0))
  (func $start (global.set $g (i32.const 7)))
  (start $start)
  (func (export "get") (result i32) (global.get $g)))
