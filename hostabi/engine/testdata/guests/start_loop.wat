;; A start section that does not end.
(module $start_loop
  (func $begin (loop $l (br $l)))
  (start $begin))
