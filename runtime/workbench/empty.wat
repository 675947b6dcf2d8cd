;; The guest that every measurement stands beside: it is every kind of plugin and
;; does nothing.
(module
  (memory (export "memory") 1)
  (func (export "portico_abi_v1"))
  (func $allow (export "portico_authorize") (result i32) (i32.const 1))
  (func $request (export "portico_map_request") (result i32) (i32.const 0))
  (func $response (export "portico_map_response") (result i32) (i32.const 0))
  (func $integrate (export "portico_integrate") (result i32) (i32.const 0)))
