;; A loop: a branch to its label goes back to its beginning.
;; run: zwasm examples/wat/03_loop.wat --invoke sum 100
;; prints: 5050
(module
  (func (export "sum") (param $n i32) (result i32)
    (local $sum i32)
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (local.get $n)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n))))
    (local.get $sum)))
