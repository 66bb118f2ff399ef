;; Blocks take parameters and give several results: (a, b) -> (b, a + b), a number of times.
;; run: zwasm examples/wat/21_multi_value.wat --invoke fib 50
;; prints: 12586269025
(module
  (func $next (param $a i64) (param $b i64) (result i64 i64)
    (local.get $b)
    (i64.add (local.get $a) (local.get $b)))
  (func (export "fib") (param $n i32) (result i64)
    (i64.const 0)
    (i64.const 1)
    (loop $again (param i64 i64) (result i64 i64)
      (call $next)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop)))
