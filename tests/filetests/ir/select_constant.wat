;; run: zwasm dump --ir FILE
;; Why: small constants to select from are part of the operation, for i32; the condition can then stay
;; in the accumulator.
(module
  (func (param i32) (result i32)
    (select (i32.const 32) (i32.const -1) (i32.lt_u (local.get 0) (i32.const 26))))
  (func (param i32) (result i32) (select (local.get 0) (i32.const 7) (local.get 0)))
  (func (param i32) (result i32) (select (i32.const 7) (local.get 0) (local.get 0)))
  (func (param i32) (result i32)
    (select (i32.const 32768) (i32.const 1) (i32.eqz (local.get 0))))
  (func (param i32) (result i64) (select (i64.const 1) (i64.const 2) (local.get 0))))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 8 slots)
;;     1  acc = i32.lt_u s0, 26
;;     2  s4 = select acc ? 32 : -1
;;     3  ret_s s4
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 7 slots)
;;     1  s4 = select s0 ? s0 : 7
;;     2  ret_s s4
;;
;; function 2: [i32] -> [i32]
;;     0  enter  (function 2, 7 slots)
;;     1  s4 = select s0 ? 7 : s0
;;     2  ret_s s4
;;
;; function 3: [i32] -> [i32]
;;     0  enter  (function 3, 7 slots)
;;     1  s6, acc = i32.eqz s0
;;     2  s4, acc = const 32768
;;     3  s4 = select s6 ? s4 : 1
;;     4  ret_s s4
;;
;; function 4: [i32] -> [i64]
;;     0  enter  (function 4, 7 slots)
;;     1  s4, acc = const 1
;;     2  s5, acc = const 2
;;     3  s4 = select s0 ? s4 : s5
;;     4  ret_s s4
