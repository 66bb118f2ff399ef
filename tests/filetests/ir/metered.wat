;; run: zwasm dump --ir --metered FILE
;; Why: fuel is charged once for each basic block, before its first effect.
(module
  (func (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (if (i32.rem_u (local.get 0) (i32.const 3)) (then (local.set 1 (i32.mul (local.get 1) (i32.const 5)))))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1)))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  fuel 8
;;     3  s1, acc = i32.add s1, s0
;;     4  acc = i32.rem_u s0, 3
;;     6  br_if_zero acc -> 9
;;     7  fuel 4
;;     8  s1, acc = i32.mul s1, 5
;;     9  fuel 5
;;    10  s0 += -1; br_if i32.ne s0, 0 -> 2 (back)
;;    11  fuel 1
;;    12  ret_s s1
