;; Guests that never end, or not within a lifetime, each in its own way.
(module
  (import "host" "noop" (func $noop))
  (type $void (func))
  (type $count (func (param i32) (result i32)))
  (memory (export "memory") 512)
  (table $t 262144 funcref)
  (elem (table $t) (i32.const 0) func $indirect $fan $tail)
  (elem $passive func $leaf)
  (data $bytes "0123456789abcdef")

  (func $leaf)

  (func (export "loop") (loop $l (br $l)))

  (func (export "loop_of_leaf_calls") (loop $l (call $leaf) (br $l)))

  (func (export "loop_of_host_calls") (loop $l (call $noop) (br $l)))

  (func (export "nested_loops") (local $i i32)
    (loop $outer
      (local.set $i (i32.const 3))
      (loop $inner
        (br_if $inner (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br $outer)))

  ;; the way of Go's compiler: one loop that dispatches on a program counter
  (func (export "dispatch_loop") (local $pc i32)
    (loop $l
      (block $b1 (block $b0
        (br_table $b0 $b1 (local.get $pc)))
        (local.set $pc (i32.const 1)) (br $l))
      (local.set $pc (i32.const 0)) (br $l)))

  ;; 2^34 calls without a loop
  (func $fan (param $depth i32)
    (if (local.get $depth) (then
      (call $fan (i32.sub (local.get $depth) (i32.const 1)))
      (call $fan (i32.sub (local.get $depth) (i32.const 1))))))
  (func (export "fan") (call $fan (i32.const 34)))
  (func (export "fan_of_20") (call $fan (i32.const 20)))

  ;; the same through the table
  (func $indirect (param $depth i32)
    (if (local.get $depth) (then
      (call_indirect (param i32) (i32.sub (local.get $depth) (i32.const 1)) (i32.const 0))
      (call_indirect (param i32) (i32.sub (local.get $depth) (i32.const 1)) (i32.const 0)))))
  (func (export "indirect_fan") (call $indirect (i32.const 34)))

  ;; 2^34 calls without recursion: each calls the next twice
  (func $d0 (call $d1) (call $d1)) (func $d1 (call $d2) (call $d2))
  (func $d2 (call $d3) (call $d3)) (func $d3 (call $d4) (call $d4))
  (func $d4 (call $d5) (call $d5)) (func $d5 (call $d6) (call $d6))
  (func $d6 (call $d7) (call $d7)) (func $d7 (call $d8) (call $d8))
  (func $d8 (call $d9) (call $d9)) (func $d9 (call $d10) (call $d10))
  (func $d10 (call $d11) (call $d11)) (func $d11 (call $d12) (call $d12))
  (func $d12 (call $d13) (call $d13)) (func $d13 (call $d14) (call $d14))
  (func $d14 (call $d15) (call $d15)) (func $d15 (call $d16) (call $d16))
  (func $d16 (call $d17) (call $d17)) (func $d17 (call $d18) (call $d18))
  (func $d18 (call $d19) (call $d19)) (func $d19 (call $d20) (call $d20))
  (func $d20 (call $d21) (call $d21)) (func $d21 (call $d22) (call $d22))
  (func $d22 (call $d23) (call $d23)) (func $d23 (call $d24) (call $d24))
  (func $d24 (call $d25) (call $d25)) (func $d25 (call $d26) (call $d26))
  (func $d26 (call $d27) (call $d27)) (func $d27 (call $d28) (call $d28))
  (func $d28 (call $d29) (call $d29)) (func $d29 (call $d30) (call $d30))
  (func $d30 (call $d31) (call $d31)) (func $d31 (call $d32) (call $d32))
  (func $d32 (call $d33) (call $d33)) (func $d33 (call $leaf) (call $leaf))
  (func (export "chain_of_doubling_calls") (call $d0))
  (func (export "chain_of_15") (call $d19))

  (func $tail (return_call $tail))
  (func (export "tail_calls") (return_call $tail))
  (func $tail_indirect (return_call_indirect (type $void) (i32.const 3)))
  (elem (table $t) (i32.const 3) func $tail_indirect)
  (func (export "indirect_tail_calls") (return_call $tail_indirect))

  (func (export "fills") (loop $l
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x2000000)) (br $l)))
  (func (export "one_fill") (param $n i32)
    (memory.fill (i32.const 0) (i32.const 1) (local.get $n)))
  (func (export "copies") (loop $l
    (memory.copy (i32.const 0) (i32.const 0x1000000) (i32.const 0x1000000)) (br $l)))
  (func (export "copies_backward") (loop $l
    (memory.copy (i32.const 1) (i32.const 0) (i32.const 0x1ffffff)) (br $l)))
  (func (export "inits") (loop $l
    (memory.init $bytes (i32.const 0) (i32.const 0) (i32.const 16)) (br $l)))
  (func (export "grows") (loop $l (drop (memory.grow (i32.const 1))) (br $l)))

  (func (export "table_fills") (loop $l
    (table.fill $t (i32.const 0) (ref.null func) (i32.const 262144)) (br $l)))
  (func (export "table_copies") (loop $l
    (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 262143)) (br $l)))
  (func (export "table_inits") (loop $l
    (table.init $t $passive (i32.const 9) (i32.const 0) (i32.const 1)) (br $l)))
  (func (export "table_grows") (loop $l
    (drop (table.grow $t (ref.null func) (i32.const 1))) (br $l)))

  (func (export "answer") (result i32) (i32.const 42)))
