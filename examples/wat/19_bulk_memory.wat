;; Whole ranges at once: fill ten bytes, copy five of them, add up what is there.
;; run: zwasm examples/wat/19_bulk_memory.wat --invoke sum
;; prints: 45
(module
  (memory 1)
  (func (export "sum") (result i32)
    (local $at i32)
    (local $sum i32)
    (memory.fill (i32.const 0) (i32.const 3) (i32.const 10))
    (memory.copy (i32.const 20) (i32.const 2) (i32.const 5))
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
      (br_if $next
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 1)))
          (i32.const 100))))
    (local.get $sum)))
