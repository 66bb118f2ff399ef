;; Two functions that call each other: Hofstadter's female and male sequences.
;; run: zwasm examples/wat/23_mutual_recursion.wat --invoke male 20
;; prints: 12
(module
  (func $female (export "female") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 1))))
    (i32.sub
      (local.get $n)
      (call $male (call $female (i32.sub (local.get $n) (i32.const 1))))))
  (func $male (export "male") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (i32.sub
      (local.get $n)
      (call $female (call $male (i32.sub (local.get $n) (i32.const 1)))))))
