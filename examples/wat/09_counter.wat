;; A mutable global keeps its value between calls.
;; run: zwasm examples/wat/09_counter.wat --invoke count_to 5
;; prints: 5
(module
  (global $count (mut i32) (i32.const 0))
  (func $increment (export "increment") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count))
  (func (export "count_to") (param $n i32) (result i32)
    (loop $again
      (br_if $again (i32.lt_u (call $increment) (local.get $n))))
    (global.get $count)))
