;; Recursion on 64-bit integers.
;; run: zwasm examples/wat/04_factorial.wat --invoke factorial 20
;; prints: 2432902008176640000
(module
  (func $factorial (export "factorial") (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else
        (i64.mul
          (local.get $n)
          (call $factorial (i64.sub (local.get $n) (i64.const 1))))))))
