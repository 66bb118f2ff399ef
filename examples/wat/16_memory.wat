;; A linear memory: the host fills nothing in, so it begins as zeroes. Integers are little-endian.
;; run: zwasm examples/wat/16_memory.wat --invoke swap 0x11223344
;; prints: 1144201745
(module
  (memory 1)
  (func (export "swap") (param $value i32) (result i32)
    (i32.store (i32.const 0) (local.get $value))
    (i32.or
      (i32.or
        (i32.shl (i32.load8_u (i32.const 0)) (i32.const 24))
        (i32.shl (i32.load8_u (i32.const 1)) (i32.const 16)))
      (i32.or
        (i32.shl (i32.load8_u (i32.const 2)) (i32.const 8))
        (i32.load8_u (i32.const 3))))))
