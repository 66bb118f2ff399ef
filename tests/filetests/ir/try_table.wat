;; run: zwasm dump --ir FILE
;; Why: entering and leaving protected code emits nothing; a clause lands at the label that it names,
;; with its values in the label's slots.
(module
  (tag $e (param i32))
  (func $f (param i32))
  (func (param i32) (result i32) (local exnref)
    (block $all
      (block $h (result i32 exnref)
        (try_table (catch_ref $e $h) (catch_all $all)
          (call $f (local.get 0))
          (throw $e (i32.const 5)))
        (return (i32.const 2)))
      (local.set 1)
      (return))
    (i32.const 9)))
;; expect:
;; function 0 f: [i32] -> []
;;     0  enter  (function 0, 4 slots)
;;     1  ret
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  s4 = s0
;;     3  call function 0, arguments from s4
;;     4  s4, acc = const 5
;;     5  throw tag 0, values from s4
;;     6  s1 = s5
;;     7  ret_s s4
;;     8  ret_u 9
;; handler 0: cells 2..5, tag 0 -> 6, values from s4, exception in s5
;; handler 1: cells 2..5, any tag -> 8
