;; run: zwasm dump --ir FILE
;; Why: a reference on the stack across a call stays in its local, where the collector finds it; its own
;; slot is written only when the local changes.
(module
  (func $other)
  (func (param externref i32) (result externref)
    (local.get 0)
    (call $other)
    (local.set 0 (ref.null extern))))
;; expect:
;; function 0 other: [] -> []
;;     0  enter  (function 0, 4 slots)
;;     1  ret
;;
;; function 1: [externref i32] -> [externref]
;;     0  enter  (function 1, 6 slots)
;;     1  call function 0, arguments from s5
;;     2  s4 = s0
;;     3  s0, acc = const 0
;;     4  ret_s s4
