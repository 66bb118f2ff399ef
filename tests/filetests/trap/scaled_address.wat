;; run: zwasm run --invoke load=65532,1 FILE
;; Why: an access with its address in the same operation traps where the access is, not where its
;; address is computed.
(module (memory 1)
  (func $load (export "load") (param $array i32) (param $index i32) (result i32)
    (i32.load (i32.add (local.get $array) (i32.shl (local.get $index) (i32.const 2))))))
;; expect:
;; zwasm: FILE: wasm trap: out of bounds memory access in load at 0x31
