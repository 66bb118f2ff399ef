;; A function with two results.
;; run: zwasm examples/wat/20_multi_return.wat --invoke divide 17 5
;; prints: 3
;; prints: 2
(module
  (func (export "divide") (param $a i32) (param $b i32) (result i32 i32)
    (i32.div_u (local.get $a) (local.get $b))
    (i32.rem_u (local.get $a) (local.get $b))))
