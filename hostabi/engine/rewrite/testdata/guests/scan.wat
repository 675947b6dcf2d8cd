;; The worst case for checks: a loop that does next to nothing.
(module
  (memory (export "memory") 2)
  (func (export "run") (param $n i32) (result i32)
    (local $k i32) (local $i i32)
    (loop $l
      (if (i32.eq (i32.load8_u (local.get $i)) (i32.const 1))
        (then (local.set $k (i32.add (local.get $k) (i32.const 1)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $k)))
