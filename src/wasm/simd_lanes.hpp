// Vector instructions that move, select and test lanes or bits: portable versions.
#pragma once

#include "wasm/lanes.hpp"

namespace zwasm::semantics {

namespace simd {

template <class Lanes>
ZWASM_INLINE Lane<Lanes> extract(V128 a, LaneIndex lane) { return a.as<Lanes>()[lane]; }

template <class Lanes>
ZWASM_INLINE V128 replace(V128 a, Lane<Lanes> value, LaneIndex lane) {
  Lanes lanes = a.as<Lanes>();
  lanes[lane] = value;
  return lanes;
}

/// Whether every lane of a vector of masks (0 or -1) is 0.
template <class Mask>
ZWASM_INLINE uint32_t none(Mask mask) {
  const U64x2 bits = V128(mask).bits;
  return (bits[0] | bits[1]) == 0;
}

/// The sign of lane i in bit i.
template <class Lanes>
ZWASM_INLINE uint32_t bitmask(V128 a) {
  uint32_t mask = 0;
  for (uint32_t i = 0; i < lane_count<Lanes>; ++i) mask |= uint32_t{a.as<Lanes>()[i] < 0} << i;
  return mask;
}

}  // namespace simd

namespace portable {

// Bits
ZWASM_INLINE V128 v128_not(V128 a) { return ~a.bits; }
ZWASM_INLINE V128 v128_and(V128 a, V128 b) { return a.bits & b.bits; }
ZWASM_INLINE V128 v128_andnot(V128 a, V128 b) { return a.bits & ~b.bits; }
ZWASM_INLINE V128 v128_or(V128 a, V128 b) { return a.bits | b.bits; }
ZWASM_INLINE V128 v128_xor(V128 a, V128 b) { return a.bits ^ b.bits; }
ZWASM_INLINE V128 v128_bitselect(V128 a, V128 b, V128 mask) {
  return (a.bits & mask.bits) | (b.bits & ~mask.bits);
}
ZWASM_INLINE uint32_t v128_any_true(V128 a) { return (a.bits[0] | a.bits[1]) != 0; }

ZWASM_INLINE uint32_t i8x16_all_true(V128 a) { return simd::none(a.as<I8x16>() == 0); }
ZWASM_INLINE uint32_t i16x8_all_true(V128 a) { return simd::none(a.as<I16x8>() == 0); }
ZWASM_INLINE uint32_t i32x4_all_true(V128 a) { return simd::none(a.as<I32x4>() == 0); }
ZWASM_INLINE uint32_t i64x2_all_true(V128 a) { return simd::none(a.as<I64x2>() == 0); }
ZWASM_INLINE uint32_t i8x16_bitmask(V128 a) { return simd::bitmask<I8x16>(a); }
ZWASM_INLINE uint32_t i16x8_bitmask(V128 a) { return simd::bitmask<I16x8>(a); }
ZWASM_INLINE uint32_t i32x4_bitmask(V128 a) { return simd::bitmask<I32x4>(a); }
ZWASM_INLINE uint32_t i64x2_bitmask(V128 a) { return simd::bitmask<I64x2>(a); }

// Lanes from and to scalars
ZWASM_INLINE V128 i8x16_splat(uint32_t a) { return splat<U8x16>(uint8_t(a)); }
ZWASM_INLINE V128 i16x8_splat(uint32_t a) { return splat<U16x8>(uint16_t(a)); }
ZWASM_INLINE V128 i32x4_splat(uint32_t a) { return splat<U32x4>(a); }
ZWASM_INLINE V128 i64x2_splat(uint64_t a) { return splat<U64x2>(a); }
ZWASM_INLINE V128 f32x4_splat(float a) { return splat<F32x4>(a); }
ZWASM_INLINE V128 f64x2_splat(double a) { return splat<F64x2>(a); }
ZWASM_INLINE int32_t i8x16_extract_lane_s(V128 a, LaneIndex lane) {
  return simd::extract<I8x16>(a, lane);
}
ZWASM_INLINE uint32_t i8x16_extract_lane_u(V128 a, LaneIndex lane) {
  return simd::extract<U8x16>(a, lane);
}
ZWASM_INLINE int32_t i16x8_extract_lane_s(V128 a, LaneIndex lane) {
  return simd::extract<I16x8>(a, lane);
}
ZWASM_INLINE uint32_t i16x8_extract_lane_u(V128 a, LaneIndex lane) {
  return simd::extract<U16x8>(a, lane);
}
ZWASM_INLINE uint32_t i32x4_extract_lane(V128 a, LaneIndex lane) {
  return simd::extract<U32x4>(a, lane);
}
ZWASM_INLINE uint64_t i64x2_extract_lane(V128 a, LaneIndex lane) {
  return simd::extract<U64x2>(a, lane);
}
ZWASM_INLINE float f32x4_extract_lane(V128 a, LaneIndex lane) {
  return simd::extract<F32x4>(a, lane);
}
ZWASM_INLINE double f64x2_extract_lane(V128 a, LaneIndex lane) {
  return simd::extract<F64x2>(a, lane);
}
ZWASM_INLINE V128 i8x16_replace_lane(V128 a, uint32_t value, LaneIndex lane) {
  return simd::replace<U8x16>(a, uint8_t(value), lane);
}
ZWASM_INLINE V128 i16x8_replace_lane(V128 a, uint32_t value, LaneIndex lane) {
  return simd::replace<U16x8>(a, uint16_t(value), lane);
}
ZWASM_INLINE V128 i32x4_replace_lane(V128 a, uint32_t value, LaneIndex lane) {
  return simd::replace<U32x4>(a, value, lane);
}
ZWASM_INLINE V128 i64x2_replace_lane(V128 a, uint64_t value, LaneIndex lane) {
  return simd::replace<U64x2>(a, value, lane);
}
ZWASM_INLINE V128 f32x4_replace_lane(V128 a, float value, LaneIndex lane) {
  return simd::replace<F32x4>(a, value, lane);
}
ZWASM_INLINE V128 f64x2_replace_lane(V128 a, double value, LaneIndex lane) {
  return simd::replace<F64x2>(a, value, lane);
}

/// Lane i of the result is lane lanes[i] of the 32 lanes of `a` and `b`. `lanes` has 16 elements
/// below 32.
ZWASM_INLINE V128 i8x16_shuffle(V128 a, V128 b, const uint8_t* lanes) {
  uint8_t table[32];
  a.store(table);
  b.store(table + 16);
  return make_lanes<U8x16>([&](size_t i) { return table[lanes[i] % 32]; });
}
/// Lane i of the result is lane b[i] of `a`, or 0 if `a` has no such lane.
ZWASM_INLINE V128 i8x16_swizzle(V128 a, V128 b) {
  uint8_t table[17] = {};
  a.store(table);
  const U8x16 indices = b.as<U8x16>() < 16 ? b.as<U8x16>() : splat<U8x16>(16);
  return make_lanes<U8x16>([&](size_t i) { return table[indices[i]]; });
}

}  // namespace portable
}  // namespace zwasm::semantics
