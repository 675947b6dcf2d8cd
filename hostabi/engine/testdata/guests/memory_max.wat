;; Starts with 33 MiB.
(module (memory (export "memory") 528))
