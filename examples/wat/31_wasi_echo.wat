;; Copies standard input to standard output.
;; run: echo Hello, echo | zwasm examples/wat/31_wasi_echo.wat
;; prints: Hello, echo
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)

  ;; One iovec at address 0, the count of bytes moved at 8, the bytes from 16 on.
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16))
    (loop $more
      (i32.store (i32.const 4) (i32.const 4096))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (if (i32.load (i32.const 8))
        (then
          (i32.store (i32.const 4) (i32.load (i32.const 8)))
          (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
          (br $more))))))
