// Vector instructions on float lanes and the conversions: portable versions, lane by lane from
// semantics.hpp where no operator of vectors has the right meaning.
#pragma once

#include "wasm/lanes.hpp"
#include "wasm/semantics.hpp"

namespace zwasm::semantics {

namespace simd {

/// Lane i of the result is compute(lane i of a), or of a and b.
template <class To, class From, class Compute>
ZWASM_INLINE V128 lanewise(V128 a, Compute compute) {
  return make_lanes<To>([&](size_t i) { return compute(a.as<From>()[i]); });
}
template <class Lanes, class Compute>
ZWASM_INLINE V128 lanewise(V128 a, V128 b, Compute compute) {
  return make_lanes<Lanes>([&](size_t i) { return compute(a.as<Lanes>()[i], b.as<Lanes>()[i]); });
}
/// The same from two lanes of 64 bits to the lower two of four lanes; the upper two are zero.
template <class To, class From, class Compute>
ZWASM_INLINE V128 lanewise_zero(V128 a, Compute compute) {
  return To{compute(a.as<From>()[0]), compute(a.as<From>()[1]), 0, 0};
}

}  // namespace simd

namespace portable {

// Comparisons: a lane of the result is -1 where the condition holds, else 0
ZWASM_INLINE V128 f32x4_eq(V128 a, V128 b) { return a.as<F32x4>() == b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_ne(V128 a, V128 b) { return a.as<F32x4>() != b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_lt(V128 a, V128 b) { return a.as<F32x4>() < b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_gt(V128 a, V128 b) { return a.as<F32x4>() > b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_le(V128 a, V128 b) { return a.as<F32x4>() <= b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_ge(V128 a, V128 b) { return a.as<F32x4>() >= b.as<F32x4>(); }
ZWASM_INLINE V128 f64x2_eq(V128 a, V128 b) { return a.as<F64x2>() == b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_ne(V128 a, V128 b) { return a.as<F64x2>() != b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_lt(V128 a, V128 b) { return a.as<F64x2>() < b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_gt(V128 a, V128 b) { return a.as<F64x2>() > b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_le(V128 a, V128 b) { return a.as<F64x2>() <= b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_ge(V128 a, V128 b) { return a.as<F64x2>() >= b.as<F64x2>(); }

// Arithmetic; abs, neg, pmin and pmax keep the bits of NaNs
ZWASM_INLINE V128 f32x4_abs(V128 a) { return a.as<U32x4>() & ~splat<U32x4>(0x80000000); }
ZWASM_INLINE V128 f32x4_neg(V128 a) { return a.as<U32x4>() ^ splat<U32x4>(0x80000000); }
ZWASM_INLINE V128 f32x4_ceil(V128 a) {
  return simd::lanewise<F32x4, F32x4>(a, [](auto x) { return f32_ceil(x); });
}
ZWASM_INLINE V128 f32x4_floor(V128 a) {
  return simd::lanewise<F32x4, F32x4>(a, [](auto x) { return f32_floor(x); });
}
ZWASM_INLINE V128 f32x4_trunc(V128 a) {
  return simd::lanewise<F32x4, F32x4>(a, [](auto x) { return f32_trunc(x); });
}
ZWASM_INLINE V128 f32x4_nearest(V128 a) {
  return simd::lanewise<F32x4, F32x4>(a, [](auto x) { return f32_nearest(x); });
}
ZWASM_INLINE V128 f32x4_sqrt(V128 a) {
  return simd::lanewise<F32x4, F32x4>(a, [](auto x) { return f32_sqrt(x); });
}
ZWASM_INLINE V128 f32x4_add(V128 a, V128 b) { return a.as<F32x4>() + b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_sub(V128 a, V128 b) { return a.as<F32x4>() - b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_mul(V128 a, V128 b) { return a.as<F32x4>() * b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_div(V128 a, V128 b) { return a.as<F32x4>() / b.as<F32x4>(); }
ZWASM_INLINE V128 f32x4_min(V128 a, V128 b) {
  return simd::lanewise<F32x4>(a, b, [](auto x, auto y) { return f32_min(x, y); });
}
ZWASM_INLINE V128 f32x4_max(V128 a, V128 b) {
  return simd::lanewise<F32x4>(a, b, [](auto x, auto y) { return f32_max(x, y); });
}
ZWASM_INLINE V128 f32x4_pmin(V128 a, V128 b) {
  return V128(b.as<F32x4>() < a.as<F32x4>() ? b.as<U32x4>() : a.as<U32x4>());
}
ZWASM_INLINE V128 f32x4_pmax(V128 a, V128 b) {
  return V128(a.as<F32x4>() < b.as<F32x4>() ? b.as<U32x4>() : a.as<U32x4>());
}
/// As f32_canonical_nan.
ZWASM_INLINE V128 f32x4_canonical_nan(V128 a) {
  return V128(a.as<F32x4>() == a.as<F32x4>() ? a.as<U32x4>() : splat<U32x4>(0x7FC00000));
}
ZWASM_INLINE V128 f64x2_canonical_nan(V128 a) {
  return V128(a.as<F64x2>() == a.as<F64x2>() ? a.as<U64x2>() : splat<U64x2>(0x7FF8000000000000));
}
ZWASM_INLINE V128 f64x2_abs(V128 a) { return a.as<U64x2>() & ~splat<U64x2>(0x8000000000000000); }
ZWASM_INLINE V128 f64x2_neg(V128 a) { return a.as<U64x2>() ^ splat<U64x2>(0x8000000000000000); }
ZWASM_INLINE V128 f64x2_ceil(V128 a) {
  return simd::lanewise<F64x2, F64x2>(a, [](auto x) { return f64_ceil(x); });
}
ZWASM_INLINE V128 f64x2_floor(V128 a) {
  return simd::lanewise<F64x2, F64x2>(a, [](auto x) { return f64_floor(x); });
}
ZWASM_INLINE V128 f64x2_trunc(V128 a) {
  return simd::lanewise<F64x2, F64x2>(a, [](auto x) { return f64_trunc(x); });
}
ZWASM_INLINE V128 f64x2_nearest(V128 a) {
  return simd::lanewise<F64x2, F64x2>(a, [](auto x) { return f64_nearest(x); });
}
ZWASM_INLINE V128 f64x2_sqrt(V128 a) {
  return simd::lanewise<F64x2, F64x2>(a, [](auto x) { return f64_sqrt(x); });
}
ZWASM_INLINE V128 f64x2_add(V128 a, V128 b) { return a.as<F64x2>() + b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_sub(V128 a, V128 b) { return a.as<F64x2>() - b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_mul(V128 a, V128 b) { return a.as<F64x2>() * b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_div(V128 a, V128 b) { return a.as<F64x2>() / b.as<F64x2>(); }
ZWASM_INLINE V128 f64x2_min(V128 a, V128 b) {
  return simd::lanewise<F64x2>(a, b, [](auto x, auto y) { return f64_min(x, y); });
}
ZWASM_INLINE V128 f64x2_max(V128 a, V128 b) {
  return simd::lanewise<F64x2>(a, b, [](auto x, auto y) { return f64_max(x, y); });
}
ZWASM_INLINE V128 f64x2_pmin(V128 a, V128 b) {
  return b.as<F64x2>() < a.as<F64x2>() ? b.bits : a.bits;
}
ZWASM_INLINE V128 f64x2_pmax(V128 a, V128 b) {
  return a.as<F64x2>() < b.as<F64x2>() ? b.bits : a.bits;
}

// Conversions
ZWASM_INLINE V128 i32x4_trunc_sat_f32x4_s(V128 a) {
  return simd::lanewise<I32x4, F32x4>(a, [](float x) { return i32_trunc_sat_f32_s(x); });
}
ZWASM_INLINE V128 i32x4_trunc_sat_f32x4_u(V128 a) {
  return simd::lanewise<U32x4, F32x4>(a, [](float x) { return i32_trunc_sat_f32_u(x); });
}
ZWASM_INLINE V128 i32x4_trunc_sat_f64x2_s_zero(V128 a) {
  return simd::lanewise_zero<I32x4, F64x2>(a, [](double x) { return i32_trunc_sat_f64_s(x); });
}
ZWASM_INLINE V128 i32x4_trunc_sat_f64x2_u_zero(V128 a) {
  return simd::lanewise_zero<U32x4, F64x2>(a, [](double x) { return i32_trunc_sat_f64_u(x); });
}
ZWASM_INLINE V128 f32x4_convert_i32x4_s(V128 a) {
  return __builtin_convertvector(a.as<I32x4>(), F32x4);
}
ZWASM_INLINE V128 f32x4_convert_i32x4_u(V128 a) {
  return __builtin_convertvector(a.as<U32x4>(), F32x4);
}
ZWASM_INLINE V128 f64x2_convert_low_i32x4_s(V128 a) {
  return simd::lanewise<F64x2, I32x4>(a, [](int32_t x) { return double(x); });
}
ZWASM_INLINE V128 f64x2_convert_low_i32x4_u(V128 a) {
  return simd::lanewise<F64x2, U32x4>(a, [](uint32_t x) { return double(x); });
}
ZWASM_INLINE V128 f32x4_demote_f64x2_zero(V128 a) {
  return simd::lanewise_zero<F32x4, F64x2>(a, [](double x) { return float(x); });
}
ZWASM_INLINE V128 f64x2_promote_low_f32x4(V128 a) {
  return simd::lanewise<F64x2, F32x4>(a, [](float x) { return double(x); });
}

}  // namespace portable
}  // namespace zwasm::semantics
