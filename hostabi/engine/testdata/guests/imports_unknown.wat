;; Wants what the host does not have.
(module
  (import "env" "log" (func (param i32)))
  (import "test" "ping" (func (param i64) (result i32)))
  (import "test" "pong" (func))
  (import "env" "table" (table 1 funcref))
  (import "env" "global" (global i32)))
