// Vector instructions on integer lanes: portable versions.
#pragma once

#include <algorithm>
#include <limits>

#include "wasm/lanes.hpp"

namespace zwasm::semantics {

namespace simd {

/// Bits of a lane.
template <class Lanes>
inline constexpr uint32_t lane_bits = 8 * sizeof(Lane<Lanes>);

/// Lane i of the result from lane i of the operands, computed as int64_t and clamped to the lane's
/// range: the definition of the saturating instructions.
template <class Lanes, class Compute>
ZWASM_INLINE V128 saturate(V128 a, V128 b, Compute compute) {
  using Limits = std::numeric_limits<Lane<Lanes>>;
  return make_lanes<Lanes>([&](size_t i) {
    return std::clamp<int64_t>(compute(int64_t{a.as<Lanes>()[i]}, int64_t{b.as<Lanes>()[i]}),
                               Limits::min(), Limits::max());
  });
}
template <class Lanes>
ZWASM_INLINE V128 add_sat(V128 a, V128 b) {
  return saturate<Lanes>(a, b, [](int64_t x, int64_t y) { return x + y; });
}
template <class Lanes>
ZWASM_INLINE V128 sub_sat(V128 a, V128 b) {
  return saturate<Lanes>(a, b, [](int64_t x, int64_t y) { return x - y; });
}

template <class Lanes>
ZWASM_INLINE V128 min(V128 a, V128 b) {
  return a.as<Lanes>() < b.as<Lanes>() ? a.as<Lanes>() : b.as<Lanes>();
}
template <class Lanes>
ZWASM_INLINE V128 max(V128 a, V128 b) {
  return a.as<Lanes>() > b.as<Lanes>() ? a.as<Lanes>() : b.as<Lanes>();
}

/// The least value is its own absolute value; `Signed` and `Unsigned` views of the same lanes.
template <class Signed, class Unsigned>
ZWASM_INLINE V128 abs(V128 a) {
  const Unsigned mask = V128(a.as<Signed>() < 0).template as<Unsigned>();
  return (a.as<Unsigned>() ^ mask) - mask;
}

/// The mean, rounded up. The sum of the operands is twice the bits they share plus the bits in
/// which they differ, so nothing overflows.
template <class Lanes>
ZWASM_INLINE V128 avgr(V128 a, V128 b) {
  const Lanes differing = a.as<Lanes>() ^ b.as<Lanes>();
  return (a.as<Lanes>() | b.as<Lanes>()) - (differing >> 1);
}

template <class Lanes>
ZWASM_INLINE V128 shl(V128 a, uint32_t count) {
  return a.as<Lanes>() << static_cast<Lane<Lanes>>(count % lane_bits<Lanes>);
}
template <class Lanes>
ZWASM_INLINE V128 shr(V128 a, uint32_t count) {
  return a.as<Lanes>() >> static_cast<Lane<Lanes>>(count % lane_bits<Lanes>);
}

/// The lanes of `a`, then of `b`, clamped to lanes of half the width.
template <class To, class From>
ZWASM_INLINE V128 narrow(V128 a, V128 b) {
  using Limits = std::numeric_limits<Lane<To>>;
  return make_lanes<To>([&](size_t i) {
    constexpr size_t half = lane_count<From>;
    const Lane<From> lane = i < half ? a.as<From>()[i] : b.as<From>()[i - half];
    return std::clamp<Lane<From>>(lane, Limits::min(), Limits::max());
  });
}

/// The vector type of half as many lanes.
template <class Lanes>
struct HalfOf;
template <>
struct HalfOf<I8x16> {
  using Lanes = int8_t __attribute__((vector_size(8)));
};
template <>
struct HalfOf<U8x16> {
  using Lanes = uint8_t __attribute__((vector_size(8)));
};
template <>
struct HalfOf<I16x8> {
  using Lanes = int16_t __attribute__((vector_size(8)));
};
template <>
struct HalfOf<U16x8> {
  using Lanes = uint16_t __attribute__((vector_size(8)));
};
template <>
struct HalfOf<I32x4> {
  using Lanes = int32_t __attribute__((vector_size(8)));
};
template <>
struct HalfOf<U32x4> {
  using Lanes = uint32_t __attribute__((vector_size(8)));
};

/// The lower or upper lanes of `a`, whose type is From, in lanes of twice the width.
template <class To, class From>
ZWASM_INLINE To extend_low(V128 a) {
  using Half = typename HalfOf<From>::Lanes;
  return __builtin_convertvector(std::bit_cast<Half>(uint64_t{a.bits[0]}), To);
}
template <class To, class From>
ZWASM_INLINE To extend_high(V128 a) {
  using Half = typename HalfOf<From>::Lanes;
  return __builtin_convertvector(std::bit_cast<Half>(uint64_t{a.bits[1]}), To);
}

/// Products of lanes of twice the width cannot overflow.
template <class To, class From>
ZWASM_INLINE V128 extmul_low(V128 a, V128 b) {
  return extend_low<To, From>(a) * extend_low<To, From>(b);
}
template <class To, class From>
ZWASM_INLINE V128 extmul_high(V128 a, V128 b) {
  return extend_high<To, From>(a) * extend_high<To, From>(b);
}

/// Sums of neighbours: seen as lanes of type To, the low and the high half of each.
template <class To>
ZWASM_INLINE V128 extadd_pairwise(V128 a) {
  constexpr Lane<To> half = lane_bits<To> / 2;
  return ((a.as<To>() << half) >> half) + (a.as<To>() >> half);
}

}  // namespace simd

namespace portable {

// Comparisons: a lane of the result is -1 where the condition holds, else 0
ZWASM_INLINE V128 i8x16_eq(V128 a, V128 b) { return a.as<I8x16>() == b.as<I8x16>(); }
ZWASM_INLINE V128 i8x16_ne(V128 a, V128 b) { return a.as<I8x16>() != b.as<I8x16>(); }
ZWASM_INLINE V128 i8x16_lt_s(V128 a, V128 b) { return a.as<I8x16>() < b.as<I8x16>(); }
ZWASM_INLINE V128 i8x16_lt_u(V128 a, V128 b) { return a.as<U8x16>() < b.as<U8x16>(); }
ZWASM_INLINE V128 i8x16_gt_s(V128 a, V128 b) { return a.as<I8x16>() > b.as<I8x16>(); }
ZWASM_INLINE V128 i8x16_gt_u(V128 a, V128 b) { return a.as<U8x16>() > b.as<U8x16>(); }
ZWASM_INLINE V128 i8x16_le_s(V128 a, V128 b) { return a.as<I8x16>() <= b.as<I8x16>(); }
ZWASM_INLINE V128 i8x16_le_u(V128 a, V128 b) { return a.as<U8x16>() <= b.as<U8x16>(); }
ZWASM_INLINE V128 i8x16_ge_s(V128 a, V128 b) { return a.as<I8x16>() >= b.as<I8x16>(); }
ZWASM_INLINE V128 i8x16_ge_u(V128 a, V128 b) { return a.as<U8x16>() >= b.as<U8x16>(); }
ZWASM_INLINE V128 i16x8_eq(V128 a, V128 b) { return a.as<I16x8>() == b.as<I16x8>(); }
ZWASM_INLINE V128 i16x8_ne(V128 a, V128 b) { return a.as<I16x8>() != b.as<I16x8>(); }
ZWASM_INLINE V128 i16x8_lt_s(V128 a, V128 b) { return a.as<I16x8>() < b.as<I16x8>(); }
ZWASM_INLINE V128 i16x8_lt_u(V128 a, V128 b) { return a.as<U16x8>() < b.as<U16x8>(); }
ZWASM_INLINE V128 i16x8_gt_s(V128 a, V128 b) { return a.as<I16x8>() > b.as<I16x8>(); }
ZWASM_INLINE V128 i16x8_gt_u(V128 a, V128 b) { return a.as<U16x8>() > b.as<U16x8>(); }
ZWASM_INLINE V128 i16x8_le_s(V128 a, V128 b) { return a.as<I16x8>() <= b.as<I16x8>(); }
ZWASM_INLINE V128 i16x8_le_u(V128 a, V128 b) { return a.as<U16x8>() <= b.as<U16x8>(); }
ZWASM_INLINE V128 i16x8_ge_s(V128 a, V128 b) { return a.as<I16x8>() >= b.as<I16x8>(); }
ZWASM_INLINE V128 i16x8_ge_u(V128 a, V128 b) { return a.as<U16x8>() >= b.as<U16x8>(); }
ZWASM_INLINE V128 i32x4_eq(V128 a, V128 b) { return a.as<I32x4>() == b.as<I32x4>(); }
ZWASM_INLINE V128 i32x4_ne(V128 a, V128 b) { return a.as<I32x4>() != b.as<I32x4>(); }
ZWASM_INLINE V128 i32x4_lt_s(V128 a, V128 b) { return a.as<I32x4>() < b.as<I32x4>(); }
ZWASM_INLINE V128 i32x4_lt_u(V128 a, V128 b) { return a.as<U32x4>() < b.as<U32x4>(); }
ZWASM_INLINE V128 i32x4_gt_s(V128 a, V128 b) { return a.as<I32x4>() > b.as<I32x4>(); }
ZWASM_INLINE V128 i32x4_gt_u(V128 a, V128 b) { return a.as<U32x4>() > b.as<U32x4>(); }
ZWASM_INLINE V128 i32x4_le_s(V128 a, V128 b) { return a.as<I32x4>() <= b.as<I32x4>(); }
ZWASM_INLINE V128 i32x4_le_u(V128 a, V128 b) { return a.as<U32x4>() <= b.as<U32x4>(); }
ZWASM_INLINE V128 i32x4_ge_s(V128 a, V128 b) { return a.as<I32x4>() >= b.as<I32x4>(); }
ZWASM_INLINE V128 i32x4_ge_u(V128 a, V128 b) { return a.as<U32x4>() >= b.as<U32x4>(); }
ZWASM_INLINE V128 i64x2_eq(V128 a, V128 b) { return a.as<I64x2>() == b.as<I64x2>(); }
ZWASM_INLINE V128 i64x2_ne(V128 a, V128 b) { return a.as<I64x2>() != b.as<I64x2>(); }
ZWASM_INLINE V128 i64x2_lt_s(V128 a, V128 b) { return a.as<I64x2>() < b.as<I64x2>(); }
ZWASM_INLINE V128 i64x2_gt_s(V128 a, V128 b) { return a.as<I64x2>() > b.as<I64x2>(); }
ZWASM_INLINE V128 i64x2_le_s(V128 a, V128 b) { return a.as<I64x2>() <= b.as<I64x2>(); }
ZWASM_INLINE V128 i64x2_ge_s(V128 a, V128 b) { return a.as<I64x2>() >= b.as<I64x2>(); }

// Arithmetic; unsigned lanes wrap without undefined behaviour
ZWASM_INLINE V128 i8x16_abs(V128 a) { return simd::abs<I8x16, U8x16>(a); }
ZWASM_INLINE V128 i8x16_neg(V128 a) { return -a.as<U8x16>(); }
/// Counts bits in pairs, then in groups of four, then in bytes.
ZWASM_INLINE V128 i8x16_popcnt(V128 a) {
  U8x16 counts = a.as<U8x16>() - ((a.as<U8x16>() >> 1) & 0x55);
  counts = (counts & 0x33) + ((counts >> 2) & 0x33);
  return (counts + (counts >> 4)) & 0x0F;
}
ZWASM_INLINE V128 i8x16_add(V128 a, V128 b) { return a.as<U8x16>() + b.as<U8x16>(); }
ZWASM_INLINE V128 i8x16_sub(V128 a, V128 b) { return a.as<U8x16>() - b.as<U8x16>(); }
ZWASM_INLINE V128 i8x16_add_sat_s(V128 a, V128 b) { return simd::add_sat<I8x16>(a, b); }
ZWASM_INLINE V128 i8x16_add_sat_u(V128 a, V128 b) { return simd::add_sat<U8x16>(a, b); }
ZWASM_INLINE V128 i8x16_sub_sat_s(V128 a, V128 b) { return simd::sub_sat<I8x16>(a, b); }
ZWASM_INLINE V128 i8x16_sub_sat_u(V128 a, V128 b) { return simd::sub_sat<U8x16>(a, b); }
ZWASM_INLINE V128 i8x16_min_s(V128 a, V128 b) { return simd::min<I8x16>(a, b); }
ZWASM_INLINE V128 i8x16_min_u(V128 a, V128 b) { return simd::min<U8x16>(a, b); }
ZWASM_INLINE V128 i8x16_max_s(V128 a, V128 b) { return simd::max<I8x16>(a, b); }
ZWASM_INLINE V128 i8x16_max_u(V128 a, V128 b) { return simd::max<U8x16>(a, b); }
ZWASM_INLINE V128 i8x16_avgr_u(V128 a, V128 b) { return simd::avgr<U8x16>(a, b); }
ZWASM_INLINE V128 i8x16_shl(V128 a, uint32_t count) { return simd::shl<U8x16>(a, count); }
ZWASM_INLINE V128 i8x16_shr_s(V128 a, uint32_t count) { return simd::shr<I8x16>(a, count); }
ZWASM_INLINE V128 i8x16_shr_u(V128 a, uint32_t count) { return simd::shr<U8x16>(a, count); }
ZWASM_INLINE V128 i16x8_abs(V128 a) { return simd::abs<I16x8, U16x8>(a); }
ZWASM_INLINE V128 i16x8_neg(V128 a) { return -a.as<U16x8>(); }
ZWASM_INLINE V128 i16x8_add(V128 a, V128 b) { return a.as<U16x8>() + b.as<U16x8>(); }
ZWASM_INLINE V128 i16x8_sub(V128 a, V128 b) { return a.as<U16x8>() - b.as<U16x8>(); }
ZWASM_INLINE V128 i16x8_mul(V128 a, V128 b) { return a.as<U16x8>() * b.as<U16x8>(); }
ZWASM_INLINE V128 i16x8_add_sat_s(V128 a, V128 b) { return simd::add_sat<I16x8>(a, b); }
ZWASM_INLINE V128 i16x8_add_sat_u(V128 a, V128 b) { return simd::add_sat<U16x8>(a, b); }
ZWASM_INLINE V128 i16x8_sub_sat_s(V128 a, V128 b) { return simd::sub_sat<I16x8>(a, b); }
ZWASM_INLINE V128 i16x8_sub_sat_u(V128 a, V128 b) { return simd::sub_sat<U16x8>(a, b); }
ZWASM_INLINE V128 i16x8_min_s(V128 a, V128 b) { return simd::min<I16x8>(a, b); }
ZWASM_INLINE V128 i16x8_min_u(V128 a, V128 b) { return simd::min<U16x8>(a, b); }
ZWASM_INLINE V128 i16x8_max_s(V128 a, V128 b) { return simd::max<I16x8>(a, b); }
ZWASM_INLINE V128 i16x8_max_u(V128 a, V128 b) { return simd::max<U16x8>(a, b); }
ZWASM_INLINE V128 i16x8_avgr_u(V128 a, V128 b) { return simd::avgr<U16x8>(a, b); }
ZWASM_INLINE V128 i16x8_shl(V128 a, uint32_t count) { return simd::shl<U16x8>(a, count); }
ZWASM_INLINE V128 i16x8_shr_s(V128 a, uint32_t count) { return simd::shr<I16x8>(a, count); }
ZWASM_INLINE V128 i16x8_shr_u(V128 a, uint32_t count) { return simd::shr<U16x8>(a, count); }
ZWASM_INLINE V128 i32x4_abs(V128 a) { return simd::abs<I32x4, U32x4>(a); }
ZWASM_INLINE V128 i32x4_neg(V128 a) { return -a.as<U32x4>(); }
ZWASM_INLINE V128 i32x4_add(V128 a, V128 b) { return a.as<U32x4>() + b.as<U32x4>(); }
ZWASM_INLINE V128 i32x4_sub(V128 a, V128 b) { return a.as<U32x4>() - b.as<U32x4>(); }
ZWASM_INLINE V128 i32x4_mul(V128 a, V128 b) { return a.as<U32x4>() * b.as<U32x4>(); }
ZWASM_INLINE V128 i32x4_min_s(V128 a, V128 b) { return simd::min<I32x4>(a, b); }
ZWASM_INLINE V128 i32x4_min_u(V128 a, V128 b) { return simd::min<U32x4>(a, b); }
ZWASM_INLINE V128 i32x4_max_s(V128 a, V128 b) { return simd::max<I32x4>(a, b); }
ZWASM_INLINE V128 i32x4_max_u(V128 a, V128 b) { return simd::max<U32x4>(a, b); }
ZWASM_INLINE V128 i32x4_shl(V128 a, uint32_t count) { return simd::shl<U32x4>(a, count); }
ZWASM_INLINE V128 i32x4_shr_s(V128 a, uint32_t count) { return simd::shr<I32x4>(a, count); }
ZWASM_INLINE V128 i32x4_shr_u(V128 a, uint32_t count) { return simd::shr<U32x4>(a, count); }
ZWASM_INLINE V128 i64x2_abs(V128 a) { return simd::abs<I64x2, U64x2>(a); }
ZWASM_INLINE V128 i64x2_neg(V128 a) { return -a.as<U64x2>(); }
ZWASM_INLINE V128 i64x2_add(V128 a, V128 b) { return a.as<U64x2>() + b.as<U64x2>(); }
ZWASM_INLINE V128 i64x2_sub(V128 a, V128 b) { return a.as<U64x2>() - b.as<U64x2>(); }
ZWASM_INLINE V128 i64x2_mul(V128 a, V128 b) { return a.as<U64x2>() * b.as<U64x2>(); }
ZWASM_INLINE V128 i64x2_shl(V128 a, uint32_t count) { return simd::shl<U64x2>(a, count); }
ZWASM_INLINE V128 i64x2_shr_s(V128 a, uint32_t count) { return simd::shr<I64x2>(a, count); }
ZWASM_INLINE V128 i64x2_shr_u(V128 a, uint32_t count) { return simd::shr<U64x2>(a, count); }

// Lanes of another width
ZWASM_INLINE V128 i8x16_narrow_i16x8_s(V128 a, V128 b) { return simd::narrow<I8x16, I16x8>(a, b); }
ZWASM_INLINE V128 i8x16_narrow_i16x8_u(V128 a, V128 b) { return simd::narrow<U8x16, I16x8>(a, b); }
ZWASM_INLINE V128 i16x8_narrow_i32x4_s(V128 a, V128 b) { return simd::narrow<I16x8, I32x4>(a, b); }
ZWASM_INLINE V128 i16x8_narrow_i32x4_u(V128 a, V128 b) { return simd::narrow<U16x8, I32x4>(a, b); }
ZWASM_INLINE V128 i16x8_extend_low_i8x16_s(V128 a) { return simd::extend_low<I16x8, I8x16>(a); }
ZWASM_INLINE V128 i16x8_extend_low_i8x16_u(V128 a) { return simd::extend_low<U16x8, U8x16>(a); }
ZWASM_INLINE V128 i16x8_extend_high_i8x16_s(V128 a) { return simd::extend_high<I16x8, I8x16>(a); }
ZWASM_INLINE V128 i16x8_extend_high_i8x16_u(V128 a) { return simd::extend_high<U16x8, U8x16>(a); }
ZWASM_INLINE V128 i32x4_extend_low_i16x8_s(V128 a) { return simd::extend_low<I32x4, I16x8>(a); }
ZWASM_INLINE V128 i32x4_extend_low_i16x8_u(V128 a) { return simd::extend_low<U32x4, U16x8>(a); }
ZWASM_INLINE V128 i32x4_extend_high_i16x8_s(V128 a) { return simd::extend_high<I32x4, I16x8>(a); }
ZWASM_INLINE V128 i32x4_extend_high_i16x8_u(V128 a) { return simd::extend_high<U32x4, U16x8>(a); }
ZWASM_INLINE V128 i64x2_extend_low_i32x4_s(V128 a) { return simd::extend_low<I64x2, I32x4>(a); }
ZWASM_INLINE V128 i64x2_extend_low_i32x4_u(V128 a) { return simd::extend_low<U64x2, U32x4>(a); }
ZWASM_INLINE V128 i64x2_extend_high_i32x4_s(V128 a) { return simd::extend_high<I64x2, I32x4>(a); }
ZWASM_INLINE V128 i64x2_extend_high_i32x4_u(V128 a) { return simd::extend_high<U64x2, U32x4>(a); }
ZWASM_INLINE V128 i16x8_extmul_low_i8x16_s(V128 a, V128 b) {
  return simd::extmul_low<I16x8, I8x16>(a, b);
}
ZWASM_INLINE V128 i16x8_extmul_low_i8x16_u(V128 a, V128 b) {
  return simd::extmul_low<U16x8, U8x16>(a, b);
}
ZWASM_INLINE V128 i16x8_extmul_high_i8x16_s(V128 a, V128 b) {
  return simd::extmul_high<I16x8, I8x16>(a, b);
}
ZWASM_INLINE V128 i16x8_extmul_high_i8x16_u(V128 a, V128 b) {
  return simd::extmul_high<U16x8, U8x16>(a, b);
}
ZWASM_INLINE V128 i32x4_extmul_low_i16x8_s(V128 a, V128 b) {
  return simd::extmul_low<I32x4, I16x8>(a, b);
}
ZWASM_INLINE V128 i32x4_extmul_low_i16x8_u(V128 a, V128 b) {
  return simd::extmul_low<U32x4, U16x8>(a, b);
}
ZWASM_INLINE V128 i32x4_extmul_high_i16x8_s(V128 a, V128 b) {
  return simd::extmul_high<I32x4, I16x8>(a, b);
}
ZWASM_INLINE V128 i32x4_extmul_high_i16x8_u(V128 a, V128 b) {
  return simd::extmul_high<U32x4, U16x8>(a, b);
}
ZWASM_INLINE V128 i64x2_extmul_low_i32x4_s(V128 a, V128 b) {
  return simd::extmul_low<I64x2, I32x4>(a, b);
}
ZWASM_INLINE V128 i64x2_extmul_low_i32x4_u(V128 a, V128 b) {
  return simd::extmul_low<U64x2, U32x4>(a, b);
}
ZWASM_INLINE V128 i64x2_extmul_high_i32x4_s(V128 a, V128 b) {
  return simd::extmul_high<I64x2, I32x4>(a, b);
}
ZWASM_INLINE V128 i64x2_extmul_high_i32x4_u(V128 a, V128 b) {
  return simd::extmul_high<U64x2, U32x4>(a, b);
}
ZWASM_INLINE V128 i16x8_extadd_pairwise_i8x16_s(V128 a) { return simd::extadd_pairwise<I16x8>(a); }
ZWASM_INLINE V128 i16x8_extadd_pairwise_i8x16_u(V128 a) { return simd::extadd_pairwise<U16x8>(a); }
ZWASM_INLINE V128 i32x4_extadd_pairwise_i16x8_s(V128 a) { return simd::extadd_pairwise<I32x4>(a); }
ZWASM_INLINE V128 i32x4_extadd_pairwise_i16x8_u(V128 a) { return simd::extadd_pairwise<U32x4>(a); }
/// Sums of the products of neighbours; the sum wraps around for four times the least value.
ZWASM_INLINE V128 i32x4_dot_i16x8_s(V128 a, V128 b) {
  return make_lanes<U32x4>([&](size_t i) {
    const I16x8 x = a.as<I16x8>(), y = b.as<I16x8>();
    return uint32_t(x[2 * i] * y[2 * i]) + uint32_t(x[2 * i + 1] * y[2 * i + 1]);
  });
}
/// Products of Q15 numbers, rounded; -1 times -1 saturates.
ZWASM_INLINE V128 i16x8_q15mulr_sat_s(V128 a, V128 b) {
  return simd::saturate<I16x8>(a, b,
                                 [](int64_t x, int64_t y) { return (x * y + 0x4000) >> 15; });
}

}  // namespace portable
}  // namespace zwasm::semantics
