;; run: zwasm dump --ir FILE
;; Why: an addition to the product before it is one operation; a shift counts as a product. Not when
;; the product is needed otherwise, and not a difference.
(module
  (func (param i32 i32 i32) (result i32)
    (i32.add (i32.mul (local.get 0) (local.get 1)) (local.get 2)))
  (func (param f64 f64 f64) (result f64)
    (f64.add (local.get 2) (f64.mul (f64.neg (local.get 0)) (local.get 1))))
  (func (param i32 i32) (result i32)
    (i32.add (i32.mul (local.get 0) (i32.const 31)) (local.get 1)))
  (func (param i32 i32) (result i32)
    (i32.add (i32.shl (local.get 0) (i32.const 4)) (local.get 1)))
  (func (param i32 i32) (result i32)
    (i32.add (i32.mul (local.get 0) (i32.const 100000)) (local.get 1)))
  (func (param i32 i32) (result i32)
    (i32.add (local.tee 0 (i32.mul (local.get 0) (local.get 1))) (local.get 1)))
  (func (param i64 i64 i64) (result i64)
    (i64.sub (i64.mul (local.get 0) (local.get 1)) (local.get 2)))
  (func (param i32 i32) (result i32)
    (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 5))))
;; expect:
;; function 0: [i32 i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = i32.mul_add s0, s1, s2
;;     2  ret_a
;;
;; function 1: [f64 f64 f64] -> [f64]
;;     0  enter  (function 1, 7 slots)
;;     1  facc = f64.neg s0
;;     2  facc = f64.mul_add facc, s1, s2
;;     3  ret_f64
;;
;; function 2: [i32 i32] -> [i32]
;;     0  enter  (function 2, 6 slots)
;;     1  acc = i32.mul_add s0, 31, s1
;;     2  ret_a
;;
;; function 3: [i32 i32] -> [i32]
;;     0  enter  (function 3, 6 slots)
;;     1  acc = i32.mul_add s0, 16, s1
;;     2  ret_a
;;
;; function 4: [i32 i32] -> [i32]
;;     0  enter  (function 4, 6 slots)
;;     1  acc = i32.mul s0, 100000
;;     2  acc = i32.add acc, s1
;;     3  ret_a
;;
;; function 5: [i32 i32] -> [i32]
;;     0  enter  (function 5, 6 slots)
;;     1  s0, acc = i32.mul s0, s1
;;     2  acc = i32.add acc, s1
;;     3  ret_a
;;
;; function 6: [i64 i64 i64] -> [i64]
;;     0  enter  (function 6, 6 slots)
;;     1  acc = i64.mul s0, s1
;;     2  acc = i64.sub acc, s2
;;     3  ret_a
;;
;; function 7: [i32 i32] -> [i32]
;;     0  enter  (function 7, 6 slots)
;;     1  acc = i32.mul s0, s1
;;     2  acc = i32.add acc, 5
;;     3  ret_a
