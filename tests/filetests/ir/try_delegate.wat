;; run: zwasm dump --ir FILE
;; Why: delegate is an entry of the table that skips handlers: here that of the try between.
(module
  (tag $e (param i32))
  (func $f)
  (func (result i32)
    (try $outer (result i32)
      (do
        (try (result i32)
          (do (try (do (call $f)) (delegate $outer)) (i32.const 1))
          (catch_all (i32.const 2))))
      (catch $e))))
;; expect:
;; function 0 f: [] -> []
;;     0  enter  (function 0, 4 slots)
;;     1  ret
;;
;; function 1: [] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  call function 0, arguments from s4
;;     2  s4 = const 1; br -> 4
;;     3  s4, acc = const 2
;;     4  br -> 6
;;     5  s4 = s5
;;     6  ret_s s4
;; handler 0: cells 1..1, delegated to handlers from 2 on
;; handler 1: cells 1..2, any tag -> 3, exception in s4
;; handler 2: cells 1..4, tag 0 -> 5, values from s5, exception in s4
