;; A float to an integer: the plain instruction traps when it does not fit, this one saturates, and
;; NaN becomes 0.
;; run: zwasm examples/wat/15_saturating_trunc.wat --invoke clamp 1e20
;; prints: 2147483647
(module
  (func (export "clamp") (param $x f64) (result i32)
    (i32.trunc_sat_f64_s (local.get $x))))
