;; run: zwasm dump --ir FILE
;; Why: values of a conditional branch are moved only if it is taken.
(module
  (func (param i32 i32) (result i32)
    (block (result i32)
      (i32.const 9) (local.get 0)
      (br_if 0 (local.get 1))
      (i32.add))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 7 slots)
;;     1  s5 = s0
;;     2  br_if_zero s1 -> 4
;;     3  s4 = s5; br -> 5
;;     4  s4, acc = i32.add s5, 9
;;     5  ret_s s4
