;; The low 8 bits taken as a signed number.
;; run: zwasm examples/wat/14_sign_extend.wat --invoke low_byte 0x1ff
;; prints: -1
(module
  (func (export "low_byte") (param $x i32) (result i32)
    (i32.extend8_s (local.get $x))))
