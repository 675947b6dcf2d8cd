;; A WASI command, which is no plugin of this version.
(module (memory (export "memory") 1) (func (export "_start")))
