;; run: zwasm dump --ir FILE
;; Why: a constant address is part of the load or store together with the offset, as long as their sum
;; has 32 bits; a small constant can be the value at the same time.
(module (memory 1)
  (func (result i32) (i32.load offset=8 (i32.const 1024)))
  (func (param i64) (i64.store offset=8 (i32.const 1024) (local.get 0)))
  (func (param f64) (f64.store (i32.const 1024) (f64.neg (local.get 0))))
  (func (i32.store16 (i32.const 1024) (i32.const -1)))
  (func (result i32) (i32.load8_u offset=0xFFFFFFFF (i32.const 0)))
  (func (result i32) (i32.load8_u offset=0xFFFFFFFF (i32.const 1)))
  (func (i32.store8 offset=1 (i32.const -1) (i32.const 5))))
;; expect:
;; function 0: [] -> [i32]
;;     0  enter  (function 0, 5 slots)
;;     1  acc = i32.load [1032]
;;     2  ret_a
;;
;; function 1: [i64] -> []
;;     0  enter  (function 1, 6 slots)
;;     1  i64.store [1032], s0
;;     2  ret
;;
;; function 2: [f64] -> []
;;     0  enter  (function 2, 6 slots)
;;     1  facc = f64.neg s0
;;     2  f64.store [1024], facc
;;     3  ret
;;
;; function 3: [] -> []
;;     0  enter  (function 3, 6 slots)
;;     1  i32.store16 [1024], -1
;;     2  ret
;;
;; function 4: [] -> [i32]
;;     0  enter  (function 4, 5 slots)
;;     1  acc = i32.load8_u [4294967295]
;;     2  ret_a
;;
;; function 5: [] -> [i32]
;;     0  enter  (function 5, 5 slots)
;;     1  s4, acc = const 1
;;     2  acc = i32.load8_u [acc + 4294967295]
;;     3  ret_a
;;
;; function 6: [] -> []
;;     0  enter  (function 6, 6 slots)
;;     1  s4, acc = const -1
;;     2  i32.store8 [s4 + 1], 5
;;     3  ret
