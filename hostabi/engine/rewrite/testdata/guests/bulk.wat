;; memory.fill and memory.copy with lengths from outside, and constant ones.
(module
  (memory (export "memory") 8 8)
  (func (export "fill") (param i32 i32 i32)
    (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32)
    (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "fill1000") (param i32 i32 i32)
    (memory.fill (local.get 0) (local.get 1) (i32.const 1000)))
  (func (export "copy1000") (param i32 i32 i32)
    (memory.copy (local.get 0) (local.get 1) (i32.const 1000))))
