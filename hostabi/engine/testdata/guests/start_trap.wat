;; An _initialize that traps.
(module $start_trap
  (func (export "_initialize") (unreachable)))
