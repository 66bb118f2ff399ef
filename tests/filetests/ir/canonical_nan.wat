;; run: zwasm dump --ir --deterministic FILE
;; Why: what may compute a NaN is followed by an operation that makes it canonical; what moves bits,
;; makes integers or is folded is not. A product that is added is an operation of its own.
(module
  (func (param f64 f64 f64) (result f64)
    (f64.add (f64.mul (local.get 0) (local.get 1)) (local.get 2)))
  (func (param f32) (result f32)
    (f32.neg (f32.abs (local.get 0))))
  (func (param f32) (result i32)
    (i32.trunc_sat_f32_s (f32.add (f32.const 1) (f32.const 2))))
  (func (param v128) (result v128)
    (f32x4.pmin (local.get 0) (f64x2.sqrt (local.get 0))))
  (func (param f32) (result f32)
    (local.set 0 (f32.sqrt (local.get 0)))
    (local.get 0)))
;; expect:
;; function 0: [f64 f64 f64] -> [f64]
;;     0  enter  (function 0, 6 slots)
;;     1  facc = f64.mul s0, s1
;;     2  facc = f64.canonical_nan facc
;;     3  facc = f64.add facc, s2
;;     4  facc = f64.canonical_nan facc
;;     5  ret_f64
;;
;; function 1: [f32] -> [f32]
;;     0  enter  (function 1, 5 slots)
;;     1  facc = f32.abs s0
;;     2  facc = f32.neg facc
;;     3  ret_f32
;;
;; function 2: [f32] -> [i32]
;;     0  enter  (function 2, 6 slots)
;;     1  ret_u 3
;;
;; function 3: [v128] -> [v128]
;;     0  enter  (function 3, 8 slots)
;;     1  s6 = f64x2.sqrt s0
;;     2  s6 = f64x2.canonical_nan s6
;;     3  s0 = f32x4.pmin s0, s6
;;     4  ret
;;
;; function 4: [f32] -> [f32]
;;     0  enter  (function 4, 5 slots)
;;     1  facc = f32.sqrt s0
;;     2  s0, facc = f32.canonical_nan facc
;;     3  ret_f32
