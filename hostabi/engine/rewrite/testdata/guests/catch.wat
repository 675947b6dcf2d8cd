;; A guest that catches whatever it can, and never ends. It is assembled by
;; binaryen, since wat2wasm does not know try_table.
;; build: wasm-as -all
(module
  (func $spin (loop $l (br $l)))
  (func (export "catch_all")
    (loop $again
      (block $caught
        (try_table (catch_all $caught)
          (call $spin)))
      (br $again)))
  (tag $e (param i32))
  (func $throw (throw $e (i32.const 1)))
  (func (export "throws")
    (loop $again
      (block $caught (result i32)
        (try_table (catch $e $caught)
          (call $throw))
        (i32.const 0))
      (drop)
      (br $again))))
