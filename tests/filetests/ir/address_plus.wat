;; run: zwasm dump --ir FILE
;; Why: "a value plus a constant" is part of the access, which wraps it around at 32 bits. Not with an
;; offset, which is added without wrapping, and not where the sum is needed otherwise.
(module (memory 1) (memory $wide i64 1)
  (func (param i32) (result i32) (i32.load8_u (i32.add (local.get 0) (i32.const 1024))))
  (func (param i32) (result i32) (i32.load8_u (i32.sub (local.get 0) (i32.const 8))))
  (func (param i32) (result i32)
    (i32.load8_u (i32.add (i32.load8_u (local.get 0)) (i32.const 1024))))
  (func (param i32 i32)
    (i32.store (i32.add (local.get 0) (i32.const 1024)) (i32.mul (local.get 1) (local.get 1))))
  (func (param i32) (i32.store (i32.add (local.get 0) (i32.const 1024)) (i32.const 3)))
  (func (param i32) (result i32) (i32.load offset=4 (i32.add (local.get 0) (i32.const 1024))))
  (func (param i32) (result i32)
    (i32.load (local.tee 0 (i32.add (local.get 0) (i32.const 1024)))))
  (func (param i64) (result i32) (i32.load $wide (i64.add (local.get 0) (i64.const 1024)))))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = i32.load8_u [s0 + 1024 wrapping]
;;     2  ret_a
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  acc = i32.load8_u [s0 + -8 wrapping]
;;     2  ret_a
;;
;; function 2: [i32] -> [i32]
;;     0  enter  (function 2, 6 slots)
;;     1  acc = i32.load8_u [s0 + 0]
;;     2  acc = i32.load8_u [acc + 1024 wrapping]
;;     3  ret_a
;;
;; function 3: [i32 i32] -> []
;;     0  enter  (function 3, 7 slots)
;;     1  acc = i32.mul s1, s1
;;     2  i32.store [s0 + 1024 wrapping], acc
;;     3  ret
;;
;; function 4: [i32] -> []
;;     0  enter  (function 4, 6 slots)
;;     1  i32.store [s0 + 1024 wrapping], 3
;;     2  ret
;;
;; function 5: [i32] -> [i32]
;;     0  enter  (function 5, 6 slots)
;;     1  acc = i32.add s0, 1024
;;     2  acc = i32.load [acc + 4]
;;     3  ret_a
;;
;; function 6: [i32] -> [i32]
;;     0  enter  (function 6, 6 slots)
;;     1  s0, acc = i32.add s0, 1024
;;     2  acc = i32.load [acc + 0]
;;     3  ret_a
;;
;; function 7: [i64] -> [i32]
;;     0  enter  (function 7, 6 slots)
;;     1  s4, acc = i64.add s0, 1024
;;     2  s4, acc = i32.load memory 1 [s4 + 0]
;;     4  ret_a
