;; run: zwasm dump --ir FILE
;; Why: code that cannot be reached makes no operations.
(module
  (func (param i32) (result i32)
    (return (local.get 0))
    (i32.mul (i32.const 3))
    (loop (br 0))
    (i32.add)))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 5 slots)
;;     1  ret_s s0
