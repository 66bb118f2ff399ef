;; A memory grows by pages of 64 KiB, up to its maximum; beyond it, memory.grow returns -1.
;; run: zwasm examples/wat/18_grow_memory.wat --invoke grow 2 2
;; prints: 1
;; prints: -1
;; prints: 3
(module
  (memory 1 4)
  (func (export "grow") (param $first i32) (param $second i32) (result i32 i32 i32)
    (memory.grow (local.get $first))
    (memory.grow (local.get $second))
    (memory.size)))
