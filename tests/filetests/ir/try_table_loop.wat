;; run: zwasm dump --ir FILE
;; Why: a clause to a loop lands at its first operation, and one to the function at its return.
(module
  (tag $e (param i32))
  (tag $r (param i32))
  (func $f (param i32))
  (func (param i32) (result i32)
    (local.get 0)
    (loop $again (param i32)
      (local.set 0)
      (try_table (catch $e $again) (catch $r 1)
        (call $f (local.get 0))))
    (local.get 0)))
;; expect:
;; function 0 f: [i32] -> []
;;     0  enter  (function 0, 4 slots)
;;     1  ret
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 5 slots)
;;     1  s4 = s0
;;     2  s0 = s4
;;     3  s4 = s0
;;     4  call function 0, arguments from s4
;;     5  ret
;; handler 0: cells 3..4, tag 0 -> 2, values from s4
;; handler 1: cells 3..4, tag 1 -> 5, values from s0
