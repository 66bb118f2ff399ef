;; run: zwasm dump --ir FILE
;; Why: a local.get emits nothing until the local changes while its old value is still on the stack.
(module
  (func (param i32 i32) (result i32)
    (local.get 0)
    (local.set 0 (i32.const 5))
    (i32.sub (local.get 0)))
  (func (param i32 i32) (result i32)
    (local.get 0)
    (local.set 1 (i32.const 5))
    (i32.sub (local.get 1))))
;; expect:
;; function 0: [i32 i32] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  s4 = s0
;;     2  s0, acc = const 5
;;     3  acc = i32.sub s4, acc
;;     4  ret_a
;;
;; function 1: [i32 i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  s1, acc = const 5
;;     2  acc = i32.sub s0, acc
;;     3  ret_a
