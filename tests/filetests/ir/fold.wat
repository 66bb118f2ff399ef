;; run: zwasm dump --ir FILE
;; Why: instructions on constants are executed here; not those that trap, and no NaN. An i32 is kept
;; zero-extended, so that extending it costs nothing, and a mask of 32 bits is one of an i32.
(module
  (func (result i32) (i32.mul (i32.add (i32.const 1) (i32.const 2)) (i32.const 3)))
  (func (result i32) (i64.lt_u (i64.const 1) (i64.shl (i64.const 1) (i64.const 63))))
  (func (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
  (func (result f64) (f64.div (f64.const 0) (f64.const 0)))
  (func (param i32) (result i64) (i64.extend_i32_u (local.get 0)))
  (func (param i32 i64) (result i64)
    (i64.add (i64.extend_i32_u (i32.mul (local.get 0) (local.get 0))) (local.get 1)))
  (func (param i64) (result i64) (i64.and (local.get 0) (i64.const 0xFFFFFFFF)))
  (func (param i64) (result i64) (i64.and (local.get 0) (i64.const 0x1FFFFFFFF))))
;; expect:
;; function 0: [] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  ret_u 9
;;
;; function 1: [] -> [i32]
;;     0  enter  (function 1, 7 slots)
;;     1  ret_u 1
;;
;; function 2: [] -> [i32]
;;     0  enter  (function 2, 6 slots)
;;     1  s4, acc = const 1
;;     2  acc = i32.div_u acc, 0
;;     3  ret_a
;;
;; function 3: [] -> [f64]
;;     0  enter  (function 3, 6 slots)
;;     1  s4, acc = const 0
;;     2  facc = f64.div s4, 0
;;     3  ret_f64
;;
;; function 4: [i32] -> [i64]
;;     0  enter  (function 4, 5 slots)
;;     1  ret_s s0
;;
;; function 5: [i32 i64] -> [i64]
;;     0  enter  (function 5, 6 slots)
;;     1  acc = i32.mul s0, s0
;;     2  acc = i64.add acc, s1
;;     3  ret_a
;;
;; function 6: [i64] -> [i64]
;;     0  enter  (function 6, 6 slots)
;;     1  acc = i32.and s0, -1
;;     2  ret_a
;;
;; function 7: [i64] -> [i64]
;;     0  enter  (function 7, 6 slots)
;;     1  s5, acc = const 0x1ffffffff
;;     3  acc = i64.and acc, s0
;;     4  ret_a
