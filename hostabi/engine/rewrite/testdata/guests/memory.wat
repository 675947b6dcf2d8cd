;; 2 MiB at start, without a bound.
(module
  (memory (export "memory") 32)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
