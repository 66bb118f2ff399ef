;; run: zwasm dump --ir FILE
;; Why: what is known of a negated float comparison in one function says nothing about the next one.
(module
  (func (param f64 f64) (result i32) (i32.eqz (f64.lt (local.get 0) (local.get 1))))
  (func (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (i32.add (local.get 0) (local.get 1)))
      (then (i32.const 1)) (else (i32.const 2)))))
;; expect:
;; function 0: [f64 f64] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  acc = f64.lt s0, s1
;;     2  acc = i32.eqz acc
;;     3  ret_a
;;
;; function 1: [i32 i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  acc = i32.add s0, s1
;;     2  br_if_nonzero acc -> 4
;;     3  s4 = const 1; br -> 5
;;     4  s4, acc = const 2
;;     5  ret_s s4
