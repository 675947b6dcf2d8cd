;; A data segment outside of the memory: only an instance finds out.
(module $segment_outside
  (memory 1)
  (data (i32.const 65535) "ab"))
