;; run: zwasm run --invoke store=2147483647 FILE
;; Why: an address that is computed as late as the store, after the store's value has been loaded: the
;; trap is at the store.
(module (memory 1)
  (func $store (export "store") (param $at i32)
    (i32.store (i32.add (local.get $at) (i32.const 5)) (i32.load offset=4 (i32.const 8)))))
;; expect:
;; zwasm: FILE: wasm trap: out of bounds memory access in store at 0x32
