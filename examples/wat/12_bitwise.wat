;; Bits: how many are set, and the number with its bits reversed.
;; run: zwasm examples/wat/12_bitwise.wat --invoke bits 6
;; prints: 2
;; prints: 1610612736
(module
  (func (export "bits") (param $x i32) (result i32 i32)
    (local $reversed i32)
    (local $left i32)
    (local $rest i32)
    (local.set $rest (local.get $x))
    (local.set $left (i32.const 32))
    (loop $again
      (local.set $reversed
        (i32.or
          (i32.shl (local.get $reversed) (i32.const 1))
          (i32.and (local.get $rest) (i32.const 1))))
      (local.set $rest (i32.shr_u (local.get $rest) (i32.const 1)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (i32.popcnt (local.get $x))
    (local.get $reversed)))
