;; run: zwasm dump --ir --explicit-bounds-checks FILE
;; Why: without guard pages, accesses are operations that compare with the memory's size. Of the ways
;; to compute an address these have only the sum of two slots.
(module (memory 1)
  (func (param i32 i32) (result i32)
    (i32.store offset=4 (local.get 0) (local.get 1))
    (i32.load (local.get 0)))
  (func (param i32 i32)
    (drop (i32.load (i32.const 8)))
    (drop (i32.load (i32.add (local.get 0) (i32.const 8))))
    (drop (i32.load (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 2)))))
    (drop (i32.load (i32.add (local.get 0) (local.get 1))))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  i32.store [s0 + 4], s1  (checked)
;;     2  acc = i32.load [s0 + 0]  (checked)
;;     3  ret_a
;;
;; function 1: [i32 i32] -> []
;;     0  enter  (function 1, 7 slots)
;;     1  s4, acc = const 8
;;     2  s4, acc = i32.load [acc + 0]  (checked)
;;     3  acc = i32.add s0, 8
;;     4  s4, acc = i32.load [acc + 0]  (checked)
;;     5  acc = i32.mul_add s1, 4, s0
;;     6  s4, acc = i32.load [acc + 0]  (checked)
;;     7  s4, acc = i32.load [s0 + s1 + 0]  (checked)
;;     8  ret
