;; run: zwasm dump --ir FILE
;; Why: a comparison is one operation with the branch that reads it; eqz turns it around, which a float
;; comparison does not allow (an unordered pair would branch the wrong way).
(module
  (func (param i32 i32) (result i32)
    (block (br_if 0 (i32.lt_s (local.get 0) (local.get 1))) (return (i32.const 1))) (i32.const 2))
  (func (param i32) (result i32)
    (if (result i32) (i32.eqz (i32.gt_u (local.get 0) (i32.const 9)))
      (then (i32.const 1)) (else (i32.const 2))))
  (func (param f64 f64) (result i32)
    (block (br_if 0 (i32.eqz (f64.lt (local.get 0) (local.get 1)))) (return (i32.const 1)))
    (i32.const 2)))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  br_if i32.lt_s s0, s1 -> 3
;;     2  ret_u 1
;;     3  ret_u 2
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  br_if i32.gt_u s0, 9 -> 3
;;     2  s4 = const 1; br -> 4
;;     3  s4, acc = const 2
;;     4  ret_s s4
;;
;; function 2: [f64 f64] -> [i32]
;;     0  enter  (function 2, 6 slots)
;;     1  br_unless f64.lt s0, s1 -> 3
;;     2  ret_u 1
;;     3  ret_u 2
