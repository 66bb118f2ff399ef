;; run: zwasm dump --ir FILE
;; Why: where the labels of br_table want their values in different slots, entries lead to stubs that
;; move them; the others branch directly.
(module
  (func (param i32) (result i32)
    (block (result i32)
      (i32.add (i32.const 1)
        (block (result i32)
          (i32.const 5)
          (br_table 0 1 (i32.const 7) (local.get 0))))))
  (func (param i32) (result i32)
    (block (block (block (br_table 0 1 2 (local.get 0))) (return (i32.const 1))) (return (i32.const 2)))
    (i32.const 3)))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 8 slots)
;;     1  s6, acc = const 7
;;     2  br_table s0 -> 4 else 5
;;     4  s5 = s6; br -> 6
;;     5  s4 = s6; br -> 7
;;     6  s4, acc = i32.add s5, 1
;;     7  ret_s s4
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 5 slots)
;;     1  br_table s0 -> 3 4 else 5
;;     3  ret_u 1
;;     4  ret_u 2
;;     5  ret_u 3
