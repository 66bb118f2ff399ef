;; Conversions between integers and floats: Fahrenheit to Celsius, rounded.
;; run: zwasm examples/wat/13_type_convert.wat --invoke celsius 100
;; prints: 38
(module
  (func (export "celsius") (param $fahrenheit i32) (result i32)
    (i32.trunc_f64_s
      (f64.nearest
        (f64.div
          (f64.mul
            (f64.convert_i32_s (i32.sub (local.get $fahrenheit) (i32.const 32)))
            (f64.const 5))
          (f64.const 9))))))
