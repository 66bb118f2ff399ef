// Vector instructions for which AArch64 has instructions that the portable versions do not reach.
#pragma once

#include <arm_neon.h>

#include "wasm/lanes.hpp"

namespace zwasm::semantics {

namespace arm64 {

// Views as the intrinsics' types.
ZWASM_INLINE int8x16_t s8(V128 a) { return vreinterpretq_s8_u64(a.bits); }
ZWASM_INLINE uint8x16_t u8(V128 a) { return vreinterpretq_u8_u64(a.bits); }
ZWASM_INLINE int16x8_t s16(V128 a) { return vreinterpretq_s16_u64(a.bits); }
ZWASM_INLINE uint16x8_t u16(V128 a) { return vreinterpretq_u16_u64(a.bits); }
ZWASM_INLINE int32x4_t s32(V128 a) { return vreinterpretq_s32_u64(a.bits); }
ZWASM_INLINE uint32x4_t u32(V128 a) { return vreinterpretq_u32_u64(a.bits); }
ZWASM_INLINE int64x2_t s64(V128 a) { return vreinterpretq_s64_u64(a.bits); }
ZWASM_INLINE uint64x2_t u64(V128 a) { return a.bits; }
ZWASM_INLINE float32x4_t f32(V128 a) { return vreinterpretq_f32_u64(a.bits); }
ZWASM_INLINE float64x2_t f64(V128 a) { return vreinterpretq_f64_u64(a.bits); }

}  // namespace arm64

// Tests
ZWASM_INLINE uint32_t i8x16_all_true(V128 a) { return vminvq_u8(arm64::u8(a)) != 0; }
ZWASM_INLINE uint32_t i16x8_all_true(V128 a) { return vminvq_u16(arm64::u16(a)) != 0; }
ZWASM_INLINE uint32_t i32x4_all_true(V128 a) { return vminvq_u32(arm64::u32(a)) != 0; }
// The sign of each lane is spread over the lane and masked with the lane's weight.
ZWASM_INLINE uint32_t i8x16_bitmask(V128 a) {
  const U8x16 weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const U8x16 bits = V128(a.as<I8x16>() < 0).as<U8x16>() & weights;
  return uint32_t{vaddv_u8(vget_low_u8(bits))} | uint32_t{vaddv_u8(vget_high_u8(bits))} << 8;
}
ZWASM_INLINE uint32_t i16x8_bitmask(V128 a) {
  const U16x8 weights = {1, 2, 4, 8, 16, 32, 64, 128};
  return vaddvq_u16(V128(a.as<I16x8>() < 0).as<U16x8>() & weights);
}
ZWASM_INLINE uint32_t i32x4_bitmask(V128 a) {
  const U32x4 weights = {1, 2, 4, 8};
  return vaddvq_u32(V128(a.as<I32x4>() < 0).as<U32x4>() & weights);
}

// Lanes: tbl yields 0 for indices out of range
ZWASM_INLINE V128 i8x16_swizzle(V128 a, V128 b) {
  return vqtbl1q_u8(arm64::u8(a), arm64::u8(b));
}
ZWASM_INLINE V128 i8x16_shuffle(V128 a, V128 b, const uint8_t* lanes) {
  const uint8x16x2_t table = {{arm64::u8(a), arm64::u8(b)}};
  return vqtbl2q_u8(table, vld1q_u8(lanes));
}

// Integer arithmetic
ZWASM_INLINE V128 i8x16_popcnt(V128 a) { return vcntq_u8(arm64::u8(a)); }
ZWASM_INLINE V128 i8x16_add_sat_s(V128 a, V128 b) { return vqaddq_s8(arm64::s8(a), arm64::s8(b)); }
ZWASM_INLINE V128 i8x16_sub_sat_s(V128 a, V128 b) { return vqsubq_s8(arm64::s8(a), arm64::s8(b)); }
ZWASM_INLINE V128 i8x16_add_sat_u(V128 a, V128 b) { return vqaddq_u8(arm64::u8(a), arm64::u8(b)); }
ZWASM_INLINE V128 i8x16_sub_sat_u(V128 a, V128 b) { return vqsubq_u8(arm64::u8(a), arm64::u8(b)); }
ZWASM_INLINE V128 i8x16_avgr_u(V128 a, V128 b) { return vrhaddq_u8(arm64::u8(a), arm64::u8(b)); }
ZWASM_INLINE V128 i16x8_add_sat_s(V128 a, V128 b) {
  return vqaddq_s16(arm64::s16(a), arm64::s16(b));
}
ZWASM_INLINE V128 i16x8_sub_sat_s(V128 a, V128 b) {
  return vqsubq_s16(arm64::s16(a), arm64::s16(b));
}
ZWASM_INLINE V128 i16x8_add_sat_u(V128 a, V128 b) {
  return vqaddq_u16(arm64::u16(a), arm64::u16(b));
}
ZWASM_INLINE V128 i16x8_sub_sat_u(V128 a, V128 b) {
  return vqsubq_u16(arm64::u16(a), arm64::u16(b));
}
ZWASM_INLINE V128 i16x8_avgr_u(V128 a, V128 b) { return vrhaddq_u16(arm64::u16(a), arm64::u16(b)); }
ZWASM_INLINE V128 i16x8_q15mulr_sat_s(V128 a, V128 b) {
  return vqrdmulhq_s16(arm64::s16(a), arm64::s16(b));
}
ZWASM_INLINE V128 i32x4_dot_i16x8_s(V128 a, V128 b) {
  const int32x4_t low = vmull_s16(vget_low_s16(arm64::s16(a)), vget_low_s16(arm64::s16(b)));
  const int32x4_t high = vmull_high_s16(arm64::s16(a), arm64::s16(b));
  return vpaddq_s32(low, high);
}

// Lanes of another width
ZWASM_INLINE V128 i8x16_narrow_i16x8_s(V128 a, V128 b) {
  return vqmovn_high_s16(vqmovn_s16(arm64::s16(a)), arm64::s16(b));
}
ZWASM_INLINE V128 i8x16_narrow_i16x8_u(V128 a, V128 b) {
  return vqmovun_high_s16(vqmovun_s16(arm64::s16(a)), arm64::s16(b));
}
ZWASM_INLINE V128 i16x8_narrow_i32x4_s(V128 a, V128 b) {
  return vqmovn_high_s32(vqmovn_s32(arm64::s32(a)), arm64::s32(b));
}
ZWASM_INLINE V128 i16x8_narrow_i32x4_u(V128 a, V128 b) {
  return vqmovun_high_s32(vqmovun_s32(arm64::s32(a)), arm64::s32(b));
}
ZWASM_INLINE V128 i16x8_extend_low_i8x16_s(V128 a) { return vmovl_s8(vget_low_s8(arm64::s8(a))); }
ZWASM_INLINE V128 i16x8_extend_high_i8x16_s(V128 a) { return vmovl_high_s8(arm64::s8(a)); }
ZWASM_INLINE V128 i16x8_extend_low_i8x16_u(V128 a) { return vmovl_u8(vget_low_u8(arm64::u8(a))); }
ZWASM_INLINE V128 i16x8_extend_high_i8x16_u(V128 a) { return vmovl_high_u8(arm64::u8(a)); }
ZWASM_INLINE V128 i32x4_extend_low_i16x8_s(V128 a) {
  return vmovl_s16(vget_low_s16(arm64::s16(a)));
}
ZWASM_INLINE V128 i32x4_extend_high_i16x8_s(V128 a) { return vmovl_high_s16(arm64::s16(a)); }
ZWASM_INLINE V128 i32x4_extend_low_i16x8_u(V128 a) {
  return vmovl_u16(vget_low_u16(arm64::u16(a)));
}
ZWASM_INLINE V128 i32x4_extend_high_i16x8_u(V128 a) { return vmovl_high_u16(arm64::u16(a)); }
ZWASM_INLINE V128 i64x2_extend_low_i32x4_s(V128 a) {
  return vmovl_s32(vget_low_s32(arm64::s32(a)));
}
ZWASM_INLINE V128 i64x2_extend_high_i32x4_s(V128 a) { return vmovl_high_s32(arm64::s32(a)); }
ZWASM_INLINE V128 i64x2_extend_low_i32x4_u(V128 a) {
  return vmovl_u32(vget_low_u32(arm64::u32(a)));
}
ZWASM_INLINE V128 i64x2_extend_high_i32x4_u(V128 a) { return vmovl_high_u32(arm64::u32(a)); }
ZWASM_INLINE V128 i16x8_extmul_low_i8x16_s(V128 a, V128 b) {
  return vmull_s8(vget_low_s8(arm64::s8(a)), vget_low_s8(arm64::s8(b)));
}
ZWASM_INLINE V128 i16x8_extmul_high_i8x16_s(V128 a, V128 b) {
  return vmull_high_s8(arm64::s8(a), arm64::s8(b));
}
ZWASM_INLINE V128 i16x8_extmul_low_i8x16_u(V128 a, V128 b) {
  return vmull_u8(vget_low_u8(arm64::u8(a)), vget_low_u8(arm64::u8(b)));
}
ZWASM_INLINE V128 i16x8_extmul_high_i8x16_u(V128 a, V128 b) {
  return vmull_high_u8(arm64::u8(a), arm64::u8(b));
}
ZWASM_INLINE V128 i32x4_extmul_low_i16x8_s(V128 a, V128 b) {
  return vmull_s16(vget_low_s16(arm64::s16(a)), vget_low_s16(arm64::s16(b)));
}
ZWASM_INLINE V128 i32x4_extmul_high_i16x8_s(V128 a, V128 b) {
  return vmull_high_s16(arm64::s16(a), arm64::s16(b));
}
ZWASM_INLINE V128 i32x4_extmul_low_i16x8_u(V128 a, V128 b) {
  return vmull_u16(vget_low_u16(arm64::u16(a)), vget_low_u16(arm64::u16(b)));
}
ZWASM_INLINE V128 i32x4_extmul_high_i16x8_u(V128 a, V128 b) {
  return vmull_high_u16(arm64::u16(a), arm64::u16(b));
}
ZWASM_INLINE V128 i64x2_extmul_low_i32x4_s(V128 a, V128 b) {
  return vmull_s32(vget_low_s32(arm64::s32(a)), vget_low_s32(arm64::s32(b)));
}
ZWASM_INLINE V128 i64x2_extmul_high_i32x4_s(V128 a, V128 b) {
  return vmull_high_s32(arm64::s32(a), arm64::s32(b));
}
ZWASM_INLINE V128 i64x2_extmul_low_i32x4_u(V128 a, V128 b) {
  return vmull_u32(vget_low_u32(arm64::u32(a)), vget_low_u32(arm64::u32(b)));
}
ZWASM_INLINE V128 i64x2_extmul_high_i32x4_u(V128 a, V128 b) {
  return vmull_high_u32(arm64::u32(a), arm64::u32(b));
}
ZWASM_INLINE V128 i16x8_extadd_pairwise_i8x16_s(V128 a) { return vpaddlq_s8(arm64::s8(a)); }
ZWASM_INLINE V128 i16x8_extadd_pairwise_i8x16_u(V128 a) { return vpaddlq_u8(arm64::u8(a)); }
ZWASM_INLINE V128 i32x4_extadd_pairwise_i16x8_s(V128 a) { return vpaddlq_s16(arm64::s16(a)); }
ZWASM_INLINE V128 i32x4_extadd_pairwise_i16x8_u(V128 a) { return vpaddlq_u16(arm64::u16(a)); }

// Float arithmetic: fmin and fmax treat NaNs and zeroes as WebAssembly does
ZWASM_INLINE V128 f32x4_ceil(V128 a) { return vrndpq_f32(arm64::f32(a)); }
ZWASM_INLINE V128 f32x4_floor(V128 a) { return vrndmq_f32(arm64::f32(a)); }
ZWASM_INLINE V128 f32x4_trunc(V128 a) { return vrndq_f32(arm64::f32(a)); }
ZWASM_INLINE V128 f32x4_nearest(V128 a) { return vrndnq_f32(arm64::f32(a)); }
ZWASM_INLINE V128 f32x4_sqrt(V128 a) { return vsqrtq_f32(arm64::f32(a)); }
ZWASM_INLINE V128 f32x4_min(V128 a, V128 b) { return vminq_f32(arm64::f32(a), arm64::f32(b)); }
ZWASM_INLINE V128 f32x4_max(V128 a, V128 b) { return vmaxq_f32(arm64::f32(a), arm64::f32(b)); }
ZWASM_INLINE V128 f64x2_ceil(V128 a) { return vrndpq_f64(arm64::f64(a)); }
ZWASM_INLINE V128 f64x2_floor(V128 a) { return vrndmq_f64(arm64::f64(a)); }
ZWASM_INLINE V128 f64x2_trunc(V128 a) { return vrndq_f64(arm64::f64(a)); }
ZWASM_INLINE V128 f64x2_nearest(V128 a) { return vrndnq_f64(arm64::f64(a)); }
ZWASM_INLINE V128 f64x2_sqrt(V128 a) { return vsqrtq_f64(arm64::f64(a)); }
ZWASM_INLINE V128 f64x2_min(V128 a, V128 b) { return vminq_f64(arm64::f64(a), arm64::f64(b)); }
ZWASM_INLINE V128 f64x2_max(V128 a, V128 b) { return vmaxq_f64(arm64::f64(a), arm64::f64(b)); }

// Conversions saturate, and NaNs become 0
ZWASM_INLINE V128 i32x4_trunc_sat_f32x4_s(V128 a) { return vcvtq_s32_f32(arm64::f32(a)); }
ZWASM_INLINE V128 i32x4_trunc_sat_f32x4_u(V128 a) { return vcvtq_u32_f32(arm64::f32(a)); }
ZWASM_INLINE V128 i32x4_trunc_sat_f64x2_s_zero(V128 a) {
  return vcombine_s32(vqmovn_s64(vcvtq_s64_f64(arm64::f64(a))), vdup_n_s32(0));
}
ZWASM_INLINE V128 i32x4_trunc_sat_f64x2_u_zero(V128 a) {
  return vcombine_u32(vqmovn_u64(vcvtq_u64_f64(arm64::f64(a))), vdup_n_u32(0));
}
ZWASM_INLINE V128 f32x4_demote_f64x2_zero(V128 a) {
  return vcombine_f32(vcvt_f32_f64(arm64::f64(a)), vdup_n_f32(0));
}
ZWASM_INLINE V128 f64x2_promote_low_f32x4(V128 a) {
  return vcvt_f64_f32(vget_low_f32(arm64::f32(a)));
}

}  // namespace zwasm::semantics
