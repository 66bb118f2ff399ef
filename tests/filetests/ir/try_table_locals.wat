;; run: zwasm dump --ir FILE
;; Why: no operation moves across the border of protected code, and a local that a handler may read
;; is written to its slot.
(module
  (tag $e)
  (func $f)
  (func (param i32) (result i32)
    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
    (block $h
      (try_table (catch $e $h)
        (local.set 0 (i32.mul (local.get 0) (i32.const 3)))
        (call $f)
        (local.set 0 (i32.mul (local.get 0) (i32.const 5)))))
    (local.get 0)))
;; expect:
;; function 0 f: [] -> []
;;     0  enter  (function 0, 4 slots)
;;     1  ret
;;
;; function 1: [i32] -> [i32]
;;     0  enter  (function 1, 6 slots)
;;     1  s0, acc = i32.add s0, 1
;;     2  s0, acc = i32.mul s0, 3
;;     3  call function 0, arguments from s4
;;     4  s0, acc = i32.mul s0, 5
;;     5  ret_s s0
;; handler 0: cells 2..4, tag 0 -> 5, values from s4
