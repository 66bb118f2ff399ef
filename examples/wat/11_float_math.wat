;; Floating point: the length of a vector.
;; run: zwasm examples/wat/11_float_math.wat --invoke length 3 4
;; prints: 5
(module
  (func (export "length") (param $x f64) (param $y f64) (result f64)
    (f64.sqrt
      (f64.add
        (f64.mul (local.get $x) (local.get $x))
        (f64.mul (local.get $y) (local.get $y))))))
