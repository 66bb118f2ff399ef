;; Sorts eight numbers in memory and returns the smallest, the largest, and whether all are in order.
;; run: zwasm examples/wat/27_bubble_sort.wat --invoke sort
;; prints: 1
;; prints: 9
;; prints: 1
(module
  (memory 1)
  (data (i32.const 0)
    "\05\00\00\00\02\00\00\00\09\00\00\00\01\00\00\00"
    "\07\00\00\00\03\00\00\00\08\00\00\00\04\00\00\00")
  (global $end i32 (i32.const 28))  ;; address of the last number

  (func $pass (result i32)  ;; exchanges neighbours in the wrong order; how many
    (local $at i32)
    (local $swaps i32)
    (local $left i32)
    (local $right i32)
    (loop $next
      (local.set $left (i32.load (local.get $at)))
      (local.set $right (i32.load offset=4 (local.get $at)))
      (if (i32.gt_s (local.get $left) (local.get $right))
        (then
          (i32.store (local.get $at) (local.get $right))
          (i32.store offset=4 (local.get $at) (local.get $left))
          (local.set $swaps (i32.add (local.get $swaps) (i32.const 1)))))
      (br_if $next
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 4)))
          (global.get $end))))
    (local.get $swaps))

  (func (export "sort") (result i32 i32 i32)
    (loop $again (br_if $again (call $pass)))
    (i32.load (i32.const 0))
    (i32.load (global.get $end))
    (i32.eqz (call $pass))))
