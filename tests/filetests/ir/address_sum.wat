;; run: zwasm dump --ir FILE
;; Why: the sum of two slots in front of a load or store is part of it (it wraps around at 32 bits
;; before the offset is added); the sum of a slot and a constant is not.
(module (memory 1)
  (func (param i32 i32) (result i32) (i32.load (i32.add (local.get 0) (local.get 1))))
  (func (param i32 i32) (result i32) (i32.load offset=8 (i32.add (local.get 0) (local.get 1))))
  (func (param i32 i32 i32) (i32.store (i32.add (local.get 0) (local.get 1)) (local.get 2)))
  (func (param i32) (result i32) (i32.load offset=8 (i32.add (local.get 0) (i32.const 4)))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = i32.load [s0 + s1 + 0]
;;     2  ret_a
;;
;; function 1: [i32 i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  acc = i32.load [s0 + s1 + 8]
;;     2  ret_a
;;
;; function 2: [i32 i32 i32] -> []
;;     0  enter  (function 2, 6 slots)
;;     1  i32.store [s0 + s1 + 0], s2
;;     2  ret
;;
;; function 3: [i32] -> [i32]
;;     0  enter  (function 3, 6 slots)
;;     1  acc = i32.add s0, 4
;;     2  acc = i32.load [acc + 8]
;;     3  ret_a
