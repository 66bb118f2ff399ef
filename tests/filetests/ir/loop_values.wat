;; run: zwasm dump --ir FILE
;; Why: what a loop takes is in its slots, which a branch back writes, also if values change places.
(module
  (func (param i32 i32 i32)
    (local.get 0) (local.get 1)
    (loop (param i32 i32)
      (local.set 1) (local.set 0)
      (local.get 1) (local.get 0)
      (br_if 0 (local.get 2))
      (drop) (drop))))
;; expect:
;; function 0: [i32 i32 i32] -> []
;;     0  enter  (function 0, 7 slots)
;;     1  s5 = s1; s4 = s0
;;     2  s1 = s5; s0 = s4
;;     3  s5 = s0; s4 = s1
;;     4  br_if_nonzero s2 -> 2 (back)
;;     5  ret
