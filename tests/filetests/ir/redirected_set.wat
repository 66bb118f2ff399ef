;; run: zwasm dump --ir FILE
;; Why: the operation before local.set or local.tee writes to the local itself, without a copy.
(module
  (func (param i32 i32) (local i32)
    (local.set 2 (i32.sub (local.get 0) (local.get 1)))
    (local.set 0 (local.tee 1 (i32.mul (local.get 2) (local.get 2))))))
;; expect:
;; function 0: [i32 i32] -> []
;;     0  enter  (function 0, 6 slots)
;;     1  s2.. = 0, 1 slots
;;     2  s2, acc = i32.sub s0, s1
;;     3  s1, acc = i32.mul acc, s2
;;     4  s0 = acc
;;     5  ret
