;; run: zwasm dump --ir FILE
;; Why: what a latch adds can be a local; it must be added to the local that is compared, and be i32.
(module
  (func (param i32 i32) (local i32)
    (loop
      (br_if 0 (i32.lt_u (local.tee 2 (i32.add (local.get 1) (local.get 2))) (local.get 0)))))
  (func (param i32) (local i32)
    (loop
      (br_if 0 (i32.ne (local.tee 1 (i32.add (local.get 1) (local.get 0))) (i32.const 400)))))
  (func (param i32) (local i32)
    (loop
      (br_if 0 (i32.ne (local.tee 1 (i32.add (local.get 0) (local.get 0))) (i32.const 400)))))
  (func (param i64) (local i64)
    (loop
      (br_if 0 (i64.ne (local.tee 1 (i64.add (local.get 1) (local.get 0))) (i64.const 400))))))
;; expect:
;; function 0: [i32 i32] -> []
;;     0  enter  (function 0, 6 slots)
;;     1  s2.. = 0, 1 slots
;;     2  s2 += s1; br_if i32.lt_u s2, s0 -> 2 (back)
;;     3  ret
;;
;; function 1: [i32] -> []
;;     0  enter  (function 1, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  s1 += s0; br_if i32.ne s1, 400 -> 2 (back)
;;     3  ret
;;
;; function 2: [i32] -> []
;;     0  enter  (function 2, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  s1, acc = i32.add s0, s0
;;     3  br_if i32.ne acc, 400 -> 2 (back)
;;     4  ret
;;
;; function 3: [i64] -> []
;;     0  enter  (function 3, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  s1, acc = i64.add s1, s0
;;     3  br_if i64.ne acc, 400 -> 2 (back)
;;     4  ret
