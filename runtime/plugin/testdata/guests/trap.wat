;; An authorizer that traps on every call.
(module
  (memory (export "memory") 1)
  (func (export "portico_abi_v1"))
  (func (export "portico_authorize") (result i32)
    unreachable))
