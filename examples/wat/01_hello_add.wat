;; The smallest useful module: one function, exported.
;; run: zwasm examples/wat/01_hello_add.wat --invoke add 2 3
;; prints: 5
(module
  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b))))
