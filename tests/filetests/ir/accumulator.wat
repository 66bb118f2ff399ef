;; run: zwasm dump --ir FILE
;; Why: a result that the next operation reads goes through the accumulator and writes no slot.
(module
  (func (param i32 i32) (result i32)
    (i32.xor (i32.mul (i32.add (local.get 0) (local.get 1)) (i32.const 3)) (local.get 0))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = i32.add s0, s1
;;     2  acc = i32.mul acc, 3
;;     3  acc = i32.xor acc, s0
;;     4  ret_a
