;; run: zwasm bench/programs/binary_trees.wat
;; prints: 14985902
;;
;; Binary trees: short-lived trees of many depths beside one that lives on, all garbage-collected
;; structs. `run` returns a checksum of the nodes visited; _start prints it.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree))))
  (global $depth i32 (i32.const 16))
  (memory (export "memory") 1)

  (func $make (param $depth i32) (result (ref $tree))
    (if (i32.eqz (local.get $depth))
      (then (return (struct.new $tree (ref.null $tree) (ref.null $tree)))))
    (struct.new $tree
      (call $make (i32.sub (local.get $depth) (i32.const 1)))
      (call $make (i32.sub (local.get $depth) (i32.const 1)))))

  (func $count (param $tree (ref $tree)) (result i32)
    (block $leaf
      (br_on_null $leaf (struct.get $tree $left (local.get $tree)))
      (call $count)
      (call $count (ref.as_non_null (struct.get $tree $right (local.get $tree))))
      (return (i32.add (i32.add) (i32.const 1))))
    (i32.const 1))

  (func $run (export "run") (result i64)
    (local $long_lived (ref null $tree)) (local $depth i32) (local $i i32) (local $sum i64)
    (local.set $sum (i64.extend_i32_u (call $count (call $make
      (i32.add (global.get $depth) (i32.const 1))))))
    (local.set $long_lived (call $make (global.get $depth)))
    (local.set $depth (i32.const 4))
    (loop $depths
      (local.set $i (i32.shl (i32.const 1)
        (i32.add (i32.sub (global.get $depth) (local.get $depth)) (i32.const 4))))
      (loop $trees
        (local.set $sum (i64.add (local.get $sum)
          (i64.extend_i32_u (call $count (call $make (local.get $depth))))))
        (br_if $trees (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (local.set $depth (i32.add (local.get $depth) (i32.const 2)))
      (br_if $depths (i32.le_u (local.get $depth) (global.get $depth))))
    (i64.add (local.get $sum)
      (i64.extend_i32_u (call $count (ref.as_non_null (local.get $long_lived))))))

  ;; Decimal digits, written from the end of a line of 24 bytes at address 16.
  (func (export "_start") (local $n i64) (local $at i32)
    (local.set $n (call $run))
    (local.set $at (i32.const 39))
    (i32.store8 (local.get $at) (i32.const 10))
    (loop $digits
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $n) (i64.const 10)))))
      (br_if $digits
        (i64.ne (local.tee $n (i64.div_u (local.get $n) (i64.const 10))) (i64.const 0))))
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (i32.sub (i32.const 40) (local.get $at)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
