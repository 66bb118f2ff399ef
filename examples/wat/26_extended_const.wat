;; Arithmetic in constant expressions: an address computed from other constants.
;; run: zwasm examples/wat/26_extended_const.wat --invoke second_row
;; prints: 20
(module
  (global $base i32 (i32.const 1024))
  (global $row i32 (i32.add (global.get $base) (i32.mul (i32.const 4) (i32.const 8))))
  (memory 1)
  (data (offset (global.get $row)) "\14\00\00\00")
  (func (export "second_row") (result i32)
    (i32.load (i32.const 1056))))
