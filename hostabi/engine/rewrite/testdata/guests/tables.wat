;; Tables that may grow: without a bound, and to 100.
(module
  (table $free 10 funcref)
  (table $some 10 100 externref)
  (func (export "grow_free") (param i32) (result i32) (table.grow $free (ref.null func) (local.get 0)))
  (func (export "grow_some") (param i32) (result i32) (table.grow $some (ref.null extern) (local.get 0))))
