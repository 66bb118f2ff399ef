;; run: zwasm dump --ir FILE
;; Why: an exclusive or and a rotation by a constant are one operation in either order, and rotations
;; to the right are such to the left. Not by a variable, and not when the first result is needed, too.
(module
  (func (param i32 i32) (result i32)
    (i32.rotl (i32.xor (local.get 0) (local.get 1)) (i32.const 7)))
  (func (param i64 i64) (result i64)
    (i64.rotr (i64.xor (i64.add (local.get 0) (local.get 1)) (local.get 1)) (i64.const 1)))
  (func (param i32) (result i32)
    (i32.xor (i32.rotr (local.get 0) (i32.const 2)) (i32.rotr (local.get 0) (i32.const 13))))
  (func (param i32 i32) (result i32)
    (i32.rotl (i32.xor (local.get 0) (local.get 1)) (local.get 0)))
  (func (param i32 i32) (result i32)
    (i32.rotl (local.tee 0 (i32.xor (local.get 0) (local.get 1))) (i32.const 7)))
  (func (param i32) (result i32)
    (i32.rotl (i32.xor (local.get 0) (i32.const 5)) (i32.const 7))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = i32.xor_rotl s0, s1, 7
;;     2  ret_a
;;
;; function 1: [i64 i64] -> [i64]
;;     0  enter  (function 1, 6 slots)
;;     1  acc = i64.add s0, s1
;;     2  acc = i64.xor_rotl acc, s1, 63
;;     3  ret_a
;;
;; function 2: [i32] -> [i32]
;;     0  enter  (function 2, 7 slots)
;;     1  s4, acc = i32.rotl s0, 30
;;     2  acc = i32.rotl_xor s0, 19, s4
;;     3  ret_a
;;
;; function 3: [i32 i32] -> [i32]
;;     0  enter  (function 3, 6 slots)
;;     1  acc = i32.xor s0, s1
;;     2  acc = i32.rotl acc, s0
;;     3  ret_a
;;
;; function 4: [i32 i32] -> [i32]
;;     0  enter  (function 4, 6 slots)
;;     1  s0, acc = i32.xor s0, s1
;;     2  acc = i32.rotl acc, 7
;;     3  ret_a
;;
;; function 5: [i32] -> [i32]
;;     0  enter  (function 5, 6 slots)
;;     1  acc = i32.xor s0, 5
;;     2  acc = i32.rotl acc, 7
;;     3  ret_a
