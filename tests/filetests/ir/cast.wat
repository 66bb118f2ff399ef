;; run: zwasm dump --ir FILE
;; Why: a cast moves nothing; a branch on a cast is a test and a branch.
(module
  (type $p (struct (field i8)))
  (func (param $r anyref) (result i32)
    (if (ref.test (ref null struct) (local.get $r))
      (then (return (struct.get_u $p 0 (ref.cast (ref $p) (local.get $r))))))
    (block $i31 (result (ref i31))
      (br_on_cast $i31 anyref (ref i31) (local.get $r))
      (drop)
      (return (i32.const 0)))
    (i31.get_s)))
;; expect:
;; function 0: [anyref] -> [i32]
;;     0  enter  (function 0, 6 slots)
;;     1  s4, acc = ref.test null s0, struct
;;     3  br_if_zero acc -> 8
;;     4  ref.cast s0, 0
;;     6  s4, acc = struct.get_u8 s0, slot 0
;;     7  ret_a
;;     8  s5, acc = ref.test s0, i31
;;    10  s4 = s0
;;    11  br_if_nonzero acc -> 13
;;    12  ret_u 0
;;    13  s4, acc = i31.get_s s4
;;    14  ret_a
