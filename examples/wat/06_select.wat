;; `select` takes one of two values without a branch; both are computed.
;; run: zwasm examples/wat/06_select.wat --invoke abs -7
;; prints: 7
(module
  (func (export "abs") (param $x i32) (result i32)
    (select
      (i32.sub (i32.const 0) (local.get $x))
      (local.get $x)
      (i32.lt_s (local.get $x) (i32.const 0)))))
