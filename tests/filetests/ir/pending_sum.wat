;; run: zwasm dump --ir FILE
;; Why: a sum of locals on the stack is computed when something other than an access takes it, or
;; before one of the locals changes or control splits; as late as that, and once.
(module (memory 1)
  (func (param i32 i32) (result i32)
    (i32.xor (i32.add (local.get 0) (i32.const 1)) (i32.mul (local.get 1) (local.get 1))))
  (func (param i32 i32)
    (local.get 0) (local.get 1) (i32.add)
    (local.set 1 (i32.const 9))
    (local.get 1) (i32.store))
  (func (param i32 i32)
    (local.get 0) (local.get 1) (i32.add)
    (block (local.set 1 (i32.const 9)) (br_if 0 (local.get 0)) (local.set 0 (i32.const 9)))
    (local.get 1) (i32.store))
  (func (param i32) (local.set 0 (i32.add (local.get 0) (i32.const 1))))
  (func (param i32 i32) (i32.add (local.get 0) (local.get 1)) (drop)))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 7 slots)
;;     1  s5, acc = i32.mul s1, s1
;;     2  acc = i32.add s0, 1
;;     3  acc = i32.xor acc, s5
;;     4  ret_a
;;
;; function 1: [i32 i32] -> []
;;     0  enter  (function 1, 6 slots)
;;     1  s4, acc = i32.add s0, s1
;;     2  s1, acc = const 9
;;     3  i32.store [s4 + 0], acc
;;     4  ret
;;
;; function 2: [i32 i32] -> []
;;     0  enter  (function 2, 6 slots)
;;     1  s4, acc = i32.add s0, s1
;;     2  s1, acc = const 9
;;     3  br_if_nonzero s0 -> 5
;;     4  s0, acc = const 9
;;     5  i32.store [s4 + 0], s1
;;     6  ret
;;
;; function 3: [i32] -> []
;;     0  enter  (function 3, 6 slots)
;;     1  s0, acc = i32.add s0, 1
;;     2  ret
;;
;; function 4: [i32 i32] -> []
;;     0  enter  (function 4, 6 slots)
;;     1  ret
