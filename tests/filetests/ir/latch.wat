;; run: zwasm dump --ir FILE
;; Why: addition, comparison and branch back at the end of a loop are one operation, if step and bound
;; fit into it.
(module
  (func (param i32) (result i32) (local i32 i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (local.get 1)))
      (br_if 0 (i32.lt_s (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0))))
    (local.get 2))
  (func (local i32)
    (loop (br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 400)))))
  (func (local i32)
    (loop (br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 400000)))))
  (func (param i32)
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  s1.. = 0, 2 slots
;;     2  s2, acc = i32.add s2, s1
;;     3  s1 += 1; br_if i32.lt_s s1, s0 -> 2 (back)
;;     4  ret_s s2
;;
;; function 1: [] -> []
;;     0  enter  (function 1, 6 slots)
;;     1  s0.. = 0, 1 slots
;;     2  s0 += 4; br_if i32.ne s0, 400 -> 2 (back)
;;     3  ret
;;
;; function 2: [] -> []
;;     0  enter  (function 2, 6 slots)
;;     1  s0.. = 0, 1 slots
;;     2  s0, acc = i32.add s0, 4
;;     3  br_if i32.ne acc, 400000 -> 2 (back)
;;     4  ret
;;
;; function 3: [i32] -> []
;;     0  enter  (function 3, 6 slots)
;;     1  s0 += -1; br_if i32.ne s0, 0 -> 1 (back)
;;     2  ret
