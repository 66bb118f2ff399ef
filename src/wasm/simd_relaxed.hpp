// Relaxed vector instructions. Each makes the one choice of the specification's deterministic
// profile, which is the meaning of its strict counterpart, so every tier and machine agrees.
#pragma once

#include "wasm/simd_semantics.hpp"

namespace zwasm::semantics {

ZWASM_INLINE V128 i8x16_relaxed_swizzle(V128 a, V128 b) { return semantics::i8x16_swizzle(a, b); }
ZWASM_INLINE V128 i32x4_relaxed_trunc_f32x4_s(V128 a) {
  return semantics::i32x4_trunc_sat_f32x4_s(a);
}
ZWASM_INLINE V128 i32x4_relaxed_trunc_f32x4_u(V128 a) {
  return semantics::i32x4_trunc_sat_f32x4_u(a);
}
ZWASM_INLINE V128 i32x4_relaxed_trunc_f64x2_s_zero(V128 a) {
  return semantics::i32x4_trunc_sat_f64x2_s_zero(a);
}
ZWASM_INLINE V128 i32x4_relaxed_trunc_f64x2_u_zero(V128 a) {
  return semantics::i32x4_trunc_sat_f64x2_u_zero(a);
}

// Multiplication and addition round twice: not fused. (The build turns contraction off.)
ZWASM_INLINE V128 f32x4_relaxed_madd(V128 a, V128 b, V128 c) {
  return a.as<F32x4>() * b.as<F32x4>() + c.as<F32x4>();
}
ZWASM_INLINE V128 f32x4_relaxed_nmadd(V128 a, V128 b, V128 c) {
  return c.as<F32x4>() - a.as<F32x4>() * b.as<F32x4>();
}
ZWASM_INLINE V128 f64x2_relaxed_madd(V128 a, V128 b, V128 c) {
  return a.as<F64x2>() * b.as<F64x2>() + c.as<F64x2>();
}
ZWASM_INLINE V128 f64x2_relaxed_nmadd(V128 a, V128 b, V128 c) {
  return c.as<F64x2>() - a.as<F64x2>() * b.as<F64x2>();
}

ZWASM_INLINE V128 i8x16_relaxed_laneselect(V128 a, V128 b, V128 mask) {
  return semantics::v128_bitselect(a, b, mask);
}
ZWASM_INLINE V128 i16x8_relaxed_laneselect(V128 a, V128 b, V128 mask) {
  return semantics::v128_bitselect(a, b, mask);
}
ZWASM_INLINE V128 i32x4_relaxed_laneselect(V128 a, V128 b, V128 mask) {
  return semantics::v128_bitselect(a, b, mask);
}
ZWASM_INLINE V128 i64x2_relaxed_laneselect(V128 a, V128 b, V128 mask) {
  return semantics::v128_bitselect(a, b, mask);
}
ZWASM_INLINE V128 f32x4_relaxed_min(V128 a, V128 b) { return semantics::f32x4_min(a, b); }
ZWASM_INLINE V128 f32x4_relaxed_max(V128 a, V128 b) { return semantics::f32x4_max(a, b); }
ZWASM_INLINE V128 f64x2_relaxed_min(V128 a, V128 b) { return semantics::f64x2_min(a, b); }
ZWASM_INLINE V128 f64x2_relaxed_max(V128 a, V128 b) { return semantics::f64x2_max(a, b); }
ZWASM_INLINE V128 i16x8_relaxed_q15mulr_s(V128 a, V128 b) {
  return semantics::i16x8_q15mulr_sat_s(a, b);
}

/// Sums of the products of neighbouring signed bytes; the sum of two products wraps around.
ZWASM_INLINE V128 i16x8_relaxed_dot_i8x16_i7x16_s(V128 a, V128 b) {
  const I16x8 x = a.as<I16x8>(), y = b.as<I16x8>();
  const I16x8 low = ((x << 8) >> 8) * ((y << 8) >> 8);
  const I16x8 high = (x >> 8) * (y >> 8);
  return V128(low).as<U16x8>() + V128(high).as<U16x8>();
}
/// The same sums, added in pairs to the lanes of `c`.
ZWASM_INLINE V128 i32x4_relaxed_dot_i8x16_i7x16_add_s(V128 a, V128 b, V128 c) {
  const V128 dot = semantics::i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
  const V128 sums = semantics::i32x4_extadd_pairwise_i16x8_s(dot);
  return sums.as<U32x4>() + c.as<U32x4>();
}

}  // namespace zwasm::semantics
