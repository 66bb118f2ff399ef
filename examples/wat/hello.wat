;; Prints a line through WASI 0.1.
;; run: zwasm run examples/wat/hello.wat
;; prints: Hello, WebAssembly!
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovs i32) (param $count i32) (param $written i32)
                    (result i32)))
  (memory (export "memory") 1)

  ;; One iovec at address 0: where the text begins, and its length. fd_write puts the number of
  ;; bytes written at address 8.
  (data (i32.const 0) "\10\00\00\00\14\00\00\00")
  (data (i32.const 16) "Hello, WebAssembly!\n")

  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
