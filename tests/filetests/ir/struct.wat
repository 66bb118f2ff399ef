;; run: zwasm dump --ir FILE
;; Why: fields are slots of the object; the values of struct.new are made where the reference goes.
(module
  (type $p (struct (field (mut i8)) (field (mut v128)) (field (mut (ref null $p)))))
  (func (param i32 v128) (result i32) (local $p (ref null $p))
    (local.set $p (struct.new $p (local.get 0) (local.get 1) (struct.new_default $p)))
    (struct.set $p 0 (local.get $p) (i32.const 7))
    (struct.set $p 1 (local.get $p) (struct.get $p 1 (local.get $p)))
    (struct.get_s $p 0 (struct.get $p 2 (local.get $p)))))
;; expect:
;; function 0: [i32 v128] -> [i32]
;;     0  enter  (function 0, 8 slots)
;;     1  s3.. = 0, 1 slots
;;     2  struct_new_default s7, 0, 0
;;     4  s5 = s1  (v128)
;;     5  s4 = s0
;;     6  s4 = struct.new of type 0, 4 slots from s4
;;     8  s3 = s4
;;     9  s5, acc = const 7
;;    10  struct.set s3, slot 0, s5
;;    11  s5 = struct.get_v128 s3, slot 1
;;    12  struct.set_v128 s3, slot 1, s5
;;    13  s4, acc = struct.get s3, slot 3
;;    14  s4, acc = struct.get_s8 s4, slot 0
;;    15  ret_a
