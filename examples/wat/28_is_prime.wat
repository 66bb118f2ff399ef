;; Trial division.
;; run: zwasm examples/wat/28_is_prime.wat --invoke is_prime 2147483647
;; prints: 1
(module
  (func (export "is_prime") (param $n i64) (result i32)
    (local $d i64)
    (if (i64.lt_u (local.get $n) (i64.const 2)) (then (return (i32.const 0))))
    (local.set $d (i64.const 2))
    (loop $next
      (if (i64.le_u (i64.mul (local.get $d) (local.get $d)) (local.get $n))
        (then
          (if (i64.eqz (i64.rem_u (local.get $n) (local.get $d)))
            (then (return (i32.const 0))))
          (local.set $d (i64.add (local.get $d) (i64.const 1)))
          (br $next))))
    (i32.const 1)))
