;; run: zwasm dump --ir FILE
;; Why: access to elements is one operation by element size; what works on many is a builtin.
(module
  (type $a (array (mut i16)))
  (type $v (array (mut v128)))
  (func (param $n i32) (result i32) (local $a (ref null $a)) (local $v (ref null $v))
    (local.set $a (array.new $a (i32.const 3) (local.get $n)))
    (local.set $v (array.new_default $v (local.get $n)))
    (array.set $a (local.get $a) (i32.const 1) (array.len (local.get $a)))
    (array.set $v (local.get $v) (local.get $n) (array.get $v (local.get $v) (i32.const 0)))
    (array.fill $a (local.get $a) (i32.const 0) (i32.const 2) (i32.const 1))
    (array.get_u $a (local.get $a) (local.get $n))))
;; expect:
;; function 0: [i32] -> [i32]
;;     0  enter  (function 0, 8 slots)
;;     1  s1.. = 0, 2 slots
;;     2  s5 = s0
;;     3  s4, acc = const 3
;;     4  array_new s4, 0, 0
;;     6  s1 = s4; s4 = s0
;;     7  array_new_default s4, 1, 0
;;     9  s2 = s4
;;    10  s6, acc = array.len s1
;;    11  s5, acc = const 1
;;    12  array.set_16 s1 [s5], s6
;;    13  s7, acc = const 0
;;    14  s6 = array.get_v128 s2 [s7]
;;    15  array.set_v128 s2 [s0], s6
;;    16  s7, acc = const 1
;;    17  s6, acc = const 2
;;    18  s5, acc = const 0
;;    19  s4 = s1
;;    20  array_fill s4, 0, 0
;;    21  s4, acc = array.get_u16 s1 [s0]
;;    22  ret_a
