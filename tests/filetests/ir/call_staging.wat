;; run: zwasm dump --ir FILE
;; Why: arguments are made where the callee's frame begins, so that a call moves nothing; results are
;; found there.
(module
  (func $f (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32)
    (call $f (i32.mul (local.get 0) (local.get 1)) (call $f (local.get 1) (i32.const 7)))))
;; expect:
;; function 0 f: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = i32.add s0, s1
;;     2  ret_a
;;
;; function 1: [i32 i32] -> [i32]
;;     0  enter  (function 1, 7 slots)
;;     1  s4, acc = i32.mul s0, s1
;;     2  s6, acc = const 7
;;     3  s5 = s1
;;     4  call function 0, arguments from s5
;;     5  call function 0, arguments from s4
;;     6  ret_s s4
