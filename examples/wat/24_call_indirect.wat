;; A call through a table: which function it is, is known when it runs. Its type is checked then.
;; run: zwasm examples/wat/24_call_indirect.wat --invoke calculate 1 6 7
;; prints: 42
(module
  (type $binary (func (param i32 i32) (result i32)))
  (table funcref (elem $add $mul))
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $mul (type $binary) (i32.mul (local.get 0) (local.get 1)))
  (func (export "calculate") (param $which i32) (param $a i32) (param $b i32) (result i32)
    (call_indirect (type $binary) (local.get $a) (local.get $b) (local.get $which))))
