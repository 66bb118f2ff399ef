;; run: zwasm dump --ir FILE
;; Why: a local that is set before anything else happens is not set to zero before; it must be the
;; first or the last of those that are left, and the value must not be its own.
(module
  (func (result i32) (local i32) (local.set 0 (i32.const 7)) (local.get 0))
  (func (param i32) (local i32 i32 i32) (local.set 1 (local.get 0)) (call 0) (drop))
  (func (param i32) (local i32 i32 i32) (local.set 2 (local.get 0)) (call 0) (drop))
  (func (param i32) (local i32 i32 i32) (local.set 3 (local.get 0)) (call 0) (drop))
  (func (result i32) (local i32) (local.set 0 (i32.add (local.get 0) (i32.const 7))) (local.get 0))
  (func (result i32) (local i32) (local.get 0) (local.set 0 (i32.const 7)))
  (func (local i32) (loop (local.set 0 (i32.const 7)))))
;; expect:
;; function 0: [] -> [i32]
;;     0  enter  (function 0, 5 slots)
;;     1  s0, acc = const 7
;;     2  ret_a
;;
;; function 1: [i32] -> []
;;     0  enter  (function 1, 5 slots)
;;     1  s2.. = 0, 2 slots
;;     2  s1 = s0
;;     3  call function 0, arguments from s4
;;     4  ret
;;
;; function 2: [i32] -> []
;;     0  enter  (function 2, 5 slots)
;;     1  s1.. = 0, 3 slots
;;     2  s2 = s0
;;     3  call function 0, arguments from s4
;;     4  ret
;;
;; function 3: [i32] -> []
;;     0  enter  (function 3, 5 slots)
;;     1  s1.. = 0, 2 slots
;;     2  s3 = s0
;;     3  call function 0, arguments from s4
;;     4  ret
;;
;; function 4: [] -> [i32]
;;     0  enter  (function 4, 6 slots)
;;     1  s0.. = 0, 1 slots
;;     2  s0, acc = i32.add s0, 7
;;     3  ret_a
;;
;; function 5: [] -> [i32]
;;     0  enter  (function 5, 6 slots)
;;     1  s0.. = 0, 1 slots
;;     2  s4 = s0
;;     3  s0, acc = const 7
;;     4  ret_s s4
;;
;; function 6: [] -> []
;;     0  enter  (function 6, 5 slots)
;;     1  s0.. = 0, 1 slots
;;     2  s0, acc = const 7
;;     3  ret
