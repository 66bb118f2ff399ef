;; run: zwasm dump --ir FILE
;; Why: a branch on masked bits is one operation, unless the bits are needed, too.
(module
  (func (param i32) (block (br_if 0 (i32.and (local.get 0) (i32.const 6))) (unreachable)))
  (func (param i32)
    (if (i32.and (i32.add (local.get 0) (i32.const 1)) (i32.const 0x10000)) (then (unreachable))))
  (func (param i32) (block (br_if 0 (i32.and (local.get 0) (i32.const 0x10000))) (unreachable)))
  (func (param i32)
    (loop (br_if 0 (i32.and (local.tee 0 (i32.shr_u (local.get 0) (i32.const 1))) (i32.const 1)))))
  (func (param i32)
    (block (br_if 0 (local.tee 0 (i32.and (local.get 0) (i32.const 6)))) (unreachable))))
;; expect:
;; function 0: [i32] -> []
;;     0  enter  (function 0, 6 slots)
;;     1  br_if_nonzero i32.and s0, 6 -> 3
;;     2  unreachable
;;     3  ret
;;
;; function 1: [i32] -> []
;;     0  enter  (function 1, 6 slots)
;;     1  acc = i32.add s0, 1
;;     2  br_if_zero i32.and acc, 65536 -> 4
;;     3  unreachable
;;     4  ret
;;
;; function 2: [i32] -> []
;;     0  enter  (function 2, 6 slots)
;;     1  acc = i32.and s0, 65536
;;     2  br_if_nonzero acc -> 4
;;     3  unreachable
;;     4  ret
;;
;; function 3: [i32] -> []
;;     0  enter  (function 3, 6 slots)
;;     1  s0, acc = i32.shr_u s0, 1
;;     2  br_if_nonzero i32.and acc, 1 -> 1 (back)
;;     3  ret
;;
;; function 4: [i32] -> []
;;     0  enter  (function 4, 6 slots)
;;     1  s0, acc = i32.and s0, 6
;;     2  br_if_nonzero acc -> 4
;;     3  unreachable
;;     4  ret
