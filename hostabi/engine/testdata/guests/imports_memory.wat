;; Wants its memory from the host.
(module (import "env" "memory" (memory 1)))
