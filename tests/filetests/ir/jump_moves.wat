;; run: zwasm dump --ir FILE
;; Why: a constant or a copy before a branch, and a counter's step before a branch back, are one
;; operation with it. A counter whose new value goes back to it through another local is stepped.
(module
  (func (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 65535)) (else (i32.const 1))))
  (func (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 65536)) (else (i32.const 1))))
  (func (param i32 i32) (result i32)
    (if (result i32) (local.get 0) (then (local.get 1)) (else (i32.const 1))))
  (func (param i32) (local i32)
    (block (loop
      (br_if 1 (i32.ge_s (local.get 1) (local.get 0)))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br 0))))
  (func (param i32) (local i32)
    (block (loop
      (br_if 1 (i32.ge_s (local.get 1) (local.get 0)))
      (local.set 1 (i32.add (local.get 0) (i32.const 1)))
      (br 0))))
  (func (param i32) (result i32) (local i32)
    (local.set 1 (i32.add (local.get 0) (i32.const 1)))
    (local.set 0 (local.get 1))
    (local.get 1))
  (func (param i32) (result i32) (local i32 i32)
    (local.set 1 (i32.add (local.get 0) (i32.const 1)))
    (local.set 2 (local.get 1))
    (local.get 1)))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 5 slots)
;;     1  br_if_zero s0 -> 3
;;     2  s4 = const 65535; br -> 4
;;     3  s4, acc = const 1
;;     4  ret_s s4
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 5 slots)
;;     1  br_if_zero s0 -> 4
;;     2  s4, acc = const 65536
;;     3  br -> 5
;;     4  s4, acc = const 1
;;     5  ret_s s4
;;
;; function 2: [i32 i32] -> [i32]
;;     0  enter  (function 2, 5 slots)
;;     1  br_if_zero s0 -> 3
;;     2  s4 = s1; br -> 4
;;     3  s4, acc = const 1
;;     4  ret_s s4
;;
;; function 3: [i32] -> []
;;     0  enter  (function 3, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  br_if i32.ge_s s1, s0 -> 4
;;     3  s1 += 1; br -> 2 (back)
;;     4  ret
;;
;; function 4: [i32] -> []
;;     0  enter  (function 4, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  br_if i32.ge_s s1, s0 -> 5
;;     3  s1, acc = i32.add s0, 1
;;     4  br -> 2
;;     5  ret
;;
;; function 5: [i32] -> [i32]
;;     0  enter  (function 5, 6 slots)
;;     1  s1.. = 0, 1 slots
;;     2  s1, s0, acc = i32.add s0, 1
;;     3  ret_a
;;
;; function 6: [i32] -> [i32]
;;     0  enter  (function 6, 6 slots)
;;     1  s1.. = 0, 2 slots
;;     2  s1, acc = i32.add s0, 1
;;     3  s2 = acc
;;     4  ret_a
