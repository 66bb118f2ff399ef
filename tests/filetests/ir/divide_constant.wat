;; run: zwasm dump --ir FILE
;; Why: division by a constant is a multiplication (the cell behind holds the multiplier), an unsigned
;; one by a power of two a shift or mask. Not by 0, 1 or what is negative or too large.
(module
  (func (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 10)))
  (func (param i32) (result i32) (i32.rem_s (local.get 0) (i32.const 10)))
  (func (param i64) (result i64) (i64.rem_u (local.get 0) (i64.const 1000000007)))
  (func (param i32) (result i32) (i32.div_u (local.get 0) (i32.const -5)))
  (func (param i32) (result i32) (i32.rem_u (local.get 0) (i32.const 16)))
  (func (param i64) (result i64) (i64.div_u (local.get 0) (i64.const 0x10000000000)))
  (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 16)))
  (func (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 0)))
  (func (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 1)))
  (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const -10)))
  (func (param i64) (result i64) (i64.div_u (local.get 0) (i64.const 0x100000001))))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = i32.div_u s0, 10
;;     3  ret_a
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  acc = i32.rem_s s0, 10
;;     3  ret_a
;;
;; function 2: [i64] -> [i64]
;;     0  enter  (function 2, 6 slots)
;;     1  acc = i64.rem_u s0, 1000000007
;;     3  ret_a
;;
;; function 3: [i32] -> [i32]
;;     0  enter  (function 3, 6 slots)
;;     1  acc = i32.div_u s0, -5
;;     3  ret_a
;;
;; function 4: [i32] -> [i32]
;;     0  enter  (function 4, 6 slots)
;;     1  acc = i32.and s0, 15
;;     2  ret_a
;;
;; function 5: [i64] -> [i64]
;;     0  enter  (function 5, 6 slots)
;;     1  acc = i64.shr_u s0, 40
;;     2  ret_a
;;
;; function 6: [i32] -> [i32]
;;     0  enter  (function 6, 6 slots)
;;     1  acc = i32.div_s s0, 16
;;     3  ret_a
;;
;; function 7: [i32] -> [i32]
;;     0  enter  (function 7, 6 slots)
;;     1  acc = i32.div_u s0, 0
;;     2  ret_a
;;
;; function 8: [i32] -> [i32]
;;     0  enter  (function 8, 6 slots)
;;     1  acc = i32.div_u s0, 1
;;     2  ret_a
;;
;; function 9: [i32] -> [i32]
;;     0  enter  (function 9, 6 slots)
;;     1  acc = i32.div_s s0, -10
;;     2  ret_a
;;
;; function 10: [i64] -> [i64]
;;     0  enter  (function 10, 6 slots)
;;     1  s5, acc = const 0x100000001
;;     3  acc = i64.div_u s0, acc
;;     4  ret_a
