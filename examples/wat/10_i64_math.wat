;; 64-bit integers: the greatest common divisor.
;; run: zwasm examples/wat/10_i64_math.wat --invoke gcd 1000000016000000063 1000000007
;; prints: 1000000007
(module
  (func (export "gcd") (param $a i64) (param $b i64) (result i64)
    (local $rest i64)
    (loop $again
      (if (i64.ne (local.get $b) (i64.const 0))
        (then
          (local.set $rest (i64.rem_u (local.get $a) (local.get $b)))
          (local.set $a (local.get $b))
          (local.set $b (local.get $rest))
          (br $again))))
    (local.get $a)))
