;; run: zwasm dump --ir --explicit-bounds-checks FILE
;; Why: without guard pages, accesses are operations that compare with the memory's size.
(module (memory 1)
  (func (param i32 i32) (result i32)
    (i32.store offset=4 (local.get 0) (local.get 1))
    (i32.load (local.get 0))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  i32.store [s0 + 4], s1  (checked)
;;     2  acc = i32.load [s0 + 0]  (checked)
;;     3  ret_a
