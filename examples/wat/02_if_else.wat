;; `if` and `else` as an expression: each arm leaves one value.
;; run: zwasm examples/wat/02_if_else.wat --invoke max 3 -4
;; prints: 3
(module
  (func (export "max") (param $a i32) (param $b i32) (result i32)
    (if (result i32) (i32.gt_s (local.get $a) (local.get $b))
      (then (local.get $a))
      (else (local.get $b)))))
