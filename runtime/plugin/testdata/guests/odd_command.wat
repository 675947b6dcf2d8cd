;; A program that wants functions of the native ABI, without being native.
(module
  (import "portico_core_v1" "clock_unix_ns" (func (result i64)))
  (memory (export "memory") 1)
  (func (export "_start")))
