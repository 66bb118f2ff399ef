;; Four additions at once.
;; run: zwasm examples/wat/29_simd_add.wat --invoke add i32x4:1:2:3:4 i32x4:10:20:30:40
;; prints: 0x0000002c00000021000000160000000b
(module
  (func (export "add") (param $a v128) (param $b v128) (result v128)
    (i32x4.add (local.get $a) (local.get $b))))
