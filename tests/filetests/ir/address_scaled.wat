;; run: zwasm dump --ir FILE
;; Why: "base + index * size of the access" is part of the access; other scales are a multiply-add.
;; A static array's address is added by the access, its index shifted before.
(module (memory 1)
  (func (param i32 i32) (result i32)
    (i32.load offset=8 (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 2)))))
  (func (param i32 i32 f64)
    (f64.store (i32.add (i32.shl (local.get 1) (i32.const 3)) (local.get 0))
               (f64.mul (local.get 2) (local.get 2))))
  (func (param i32 i32) (result i64)
    (i64.load (i32.add (local.get 0)
      (i32.shl (local.tee 1 (i32.or (local.get 1) (i32.const 1))) (i32.const 3)))))
  (func (param i32 i32) (result i32)
    (i32.load (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 3)))))
  (func (param i32 i32) (result i32)
    (i32.load8_u (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 1)))))
  (func (param i32 i32) (result i32)
    (i32.load offset=65536 (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 2)))))
  (func (param i32) (result i32)
    (i32.load (i32.add (i32.shl (local.get 0) (i32.const 2)) (i32.const 1024))))
  (func (param i32 i32)
    (i32.store (i32.add (i32.shl (local.get 0) (i32.const 2)) (i32.const 1024)) (local.get 1)))
  (func (param i32 i32)
    (i32.store (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 2))) (i32.const 0))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 7 slots)
;;     1  acc = i32.load [s0 + s1 * size + 8]
;;     2  ret_a
;;
;; function 1: [i32 i32 f64] -> []
;;     0  enter  (function 1, 7 slots)
;;     1  facc = f64.mul s2, s2
;;     2  f64.store [s0 + s1 * size + 0], facc
;;     3  ret
;;
;; function 2: [i32 i32] -> [i64]
;;     0  enter  (function 2, 7 slots)
;;     1  s1, acc = i32.or s1, 1
;;     2  acc = i64.load [s0 + s1 * size + 0]
;;     3  ret_a
;;
;; function 3: [i32 i32] -> [i32]
;;     0  enter  (function 3, 7 slots)
;;     1  acc = i32.mul_add s1, 8, s0
;;     2  acc = i32.load [acc + 0]
;;     3  ret_a
;;
;; function 4: [i32 i32] -> [i32]
;;     0  enter  (function 4, 7 slots)
;;     1  acc = i32.mul_add s1, 2, s0
;;     2  acc = i32.load8_u [acc + 0]
;;     3  ret_a
;;
;; function 5: [i32 i32] -> [i32]
;;     0  enter  (function 5, 7 slots)
;;     1  acc = i32.mul_add s1, 4, s0
;;     2  acc = i32.load [acc + 65536]
;;     3  ret_a
;;
;; function 6: [i32] -> [i32]
;;     0  enter  (function 6, 6 slots)
;;     1  acc = i32.shl s0, 2
;;     2  acc = i32.load [acc + 1024 wrapping]
;;     3  ret_a
;;
;; function 7: [i32 i32] -> []
;;     0  enter  (function 7, 6 slots)
;;     1  s4, acc = i32.shl s0, 2
;;     2  i32.store [s4 + 1024 wrapping], s1
;;     3  ret
;;
;; function 8: [i32 i32] -> []
;;     0  enter  (function 8, 7 slots)
;;     1  s5, acc = const 0
;;     2  i32.store [s0 + s1 * size + 0], acc
;;     3  ret
