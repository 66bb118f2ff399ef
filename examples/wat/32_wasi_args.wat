;; Prints its arguments, one on a line; the first is the program's name.
;; run: zwasm examples/wat/32_wasi_args.wat one two
;; prints: 32_wasi_args.wat
;; prints: one
;; prints: two
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param $count i32) (param $bytes i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get"
    (func $args_get (param $pointers i32) (param $strings i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)

  ;; 0: iovec; 8: bytes written; 12: count of arguments; 16: bytes of all; 1024: pointers;
  ;; 4096: the strings, each ended by a zero byte, which becomes the end of a line.
  (func (export "_start")
    (local $at i32)
    (local $end i32)
    (drop (call $args_sizes_get (i32.const 12) (i32.const 16)))
    (drop (call $args_get (i32.const 1024) (i32.const 4096)))
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (i32.const 4096) (i32.load (i32.const 16))))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (if (i32.eqz (i32.load8_u (local.get $at)))
            (then (i32.store8 (local.get $at) (i32.const 0x0a))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))))
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (i32.load (i32.const 16)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
