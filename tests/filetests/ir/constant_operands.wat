;; run: zwasm dump --ir FILE
;; Why: a constant on the right is part of the operation. Operations on constants alone are done ahead,
;; except for those that trap.
(module
  (func (result i32) (i32.add (i32.const 2) (i32.mul (i32.const 5) (i32.const 8))))
  (func (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
  (func (result f64) (f64.sqrt (f64.const 2.25))))
;; expect:
;; function 0: [] -> [i32]
;;     0  enter  (function 0, 7 slots)
;;     1  ret_u 42
;;
;; function 1: [] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  s4, acc = const 1
;;     2  acc = i32.div_u acc, 0
;;     3  ret_a
;;
;; function 2: [] -> [f64]
;;     0  enter  (function 2, 5 slots)
;;     1  s4, acc = const 0x3ff8000000000000
;;     3  ret_s s4
