(module
  (memory 1)
  (func (param v128 i32) (result v128) (local v128)
    local.get 0
    local.get 1
    v128.load32x2_s offset=4
    i8x16.shuffle 0 1 2 3 20 21 22 23 8 9 10 11 28 29 30 31
    v128.const f32x4 nan:0x1 -inf 0x1.8p-3 1e10
    (f32x4.relaxed_madd (local.get 0) (local.get 0))
    i32x4.extract_lane 2
    i16x8.splat
    (local.tee 2 (v128.load64_lane align=1 1 (local.get 1) (local.get 0)))
    (i8x16.relaxed_laneselect (local.get 2) (local.get 0))
    (v128.bitselect (local.get 0) (local.get 2))
    (f64x2.replace_lane 1 (f64.const -0x1.fffffffffffffp+1023))
    i32x4.trunc_sat_f64x2_s_zero
    v128.xor
    v128.xor))
