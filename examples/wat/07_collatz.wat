;; How many steps the Collatz sequence takes from a number to 1.
;; run: zwasm examples/wat/07_collatz.wat --invoke steps 27
;; prints: 111
(module
  (func (export "steps") (param $n i64) (result i32)
    (local $steps i32)
    (block $done
      (loop $next
        (br_if $done (i64.le_u (local.get $n) (i64.const 1)))
        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
        (if (i64.eqz (i64.and (local.get $n) (i64.const 1)))
          (then (local.set $n (i64.shr_u (local.get $n) (i64.const 1))))
          (else
            (local.set $n
              (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1)))))
        (br $next)))
    (local.get $steps)))
