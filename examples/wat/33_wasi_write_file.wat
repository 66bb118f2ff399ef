;; Creates a file in the directory that it was given, and says so only if that worked.
;; run: zwasm run --dir "$(mktemp -d)::/" examples/wat/33_wasi_write_file.wat
;; prints: written
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open
      (param $directory i32) (param $lookup i32) (param $path i32) (param $length i32)
      (param $flags i32) (param $rights i64) (param $inheriting i64) (param $fdflags i32)
      (param $fd i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)

  (data (i32.const 0) "\40\00\00\00\0c\00\00\00")   ;; iovec: 12 bytes at 64
  (data (i32.const 8) "\50\00\00\00\08\00\00\00")   ;; iovec: 8 bytes at 80
  (data (i32.const 32) "note.txt")
  (data (i32.const 64) "a first note")
  (data (i32.const 80) "written\n")

  (func $check (param $error i32)
    (if (local.get $error) (then (call $proc_exit (i32.const 1)))))

  (func (export "_start")
    (call $check
      (call $path_open
        (i32.const 3)     ;; the first preopened directory
        (i32.const 0)
        (i32.const 32) (i32.const 8)
        (i32.const 9)     ;; create it, empty it
        (i64.const 64)    ;; the right to write
        (i64.const 0)
        (i32.const 0)
        (i32.const 24)))  ;; where the descriptor goes
    (call $check
      (call $fd_write (i32.load (i32.const 24)) (i32.const 0) (i32.const 1) (i32.const 28)))
    (call $check (call $fd_close (i32.load (i32.const 24))))
    (call $check (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 28)))))
