;; run: zwasm dump --ir FILE
;; Why: clauses of the legacy form keep the exception in the first slot of the block, for rethrow;
;; what they push begins behind it.
(module
  (tag $e (param i32))
  (func $f (param i32))
  (func (param i32) (result i32)
    (try (result i32)
      (do (call $f (local.get 0)) (i32.const 1))
      (catch $e)
      (catch_all (call $f (i32.const 3)) (rethrow 0)))))
;; expect:
;; function 0 f: [i32] -> []
;;     0  enter  (function 0, 4 slots)
;;     1  ret
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  s4 = s0
;;     2  call function 0, arguments from s4
;;     3  s4 = const 1; br -> 8
;;     4  s4 = s5; br -> 8
;;     5  s5, acc = const 3
;;     6  call function 0, arguments from s5
;;     7  throw_ref s4
;;     8  ret_s s4
;; handler 0: cells 1..3, tag 0 -> 4, values from s5, exception in s4
;; handler 1: cells 1..3, any tag -> 5, exception in s4
