// Vector instructions for which x86-64 has instructions that the portable versions do not reach.
// SSE2 is always there; SSSE3 and SSE4.1 are used if the build enables them, pshufb always if the
// machine has it.
#pragma once

#include <emmintrin.h>
#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif
#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

#include "wasm/lanes.hpp"
#include "wasm/semantics.hpp"
#include "wasm/simd_float.hpp"
#include "wasm/simd_integer.hpp"
#include "wasm/simd_lanes.hpp"

namespace zwasm::semantics {

namespace x64 {

// Views as the intrinsics' types.
ZWASM_INLINE __m128i ints(V128 a) { return reinterpret_cast<__m128i>(a.bits); }
ZWASM_INLINE __m128 floats(V128 a) { return reinterpret_cast<__m128>(a.bits); }
ZWASM_INLINE __m128d doubles(V128 a) { return reinterpret_cast<__m128d>(a.bits); }
ZWASM_INLINE V128 vector(__m128i a) { return reinterpret_cast<U64x2>(a); }
ZWASM_INLINE V128 vector(__m128 a) { return reinterpret_cast<U64x2>(a); }
ZWASM_INLINE V128 vector(__m128d a) { return reinterpret_cast<U64x2>(a); }

/// `yes` where the mask is set, else `no`.
ZWASM_INLINE V128 select(V128 mask, V128 yes, V128 no) {
  return (yes.bits & mask.bits) | (no.bits & ~mask.bits);
}
/// Whether every lane of a vector of masks (0 or -1) is 0.
ZWASM_INLINE uint32_t none(V128 mask) { return _mm_movemask_epi8(ints(mask)) == 0; }

}  // namespace x64

// Tests
ZWASM_INLINE uint32_t i8x16_all_true(V128 a) { return x64::none(a.as<I8x16>() == 0); }
ZWASM_INLINE uint32_t i16x8_all_true(V128 a) { return x64::none(a.as<I16x8>() == 0); }
ZWASM_INLINE uint32_t i32x4_all_true(V128 a) { return x64::none(a.as<I32x4>() == 0); }
ZWASM_INLINE uint32_t i8x16_bitmask(V128 a) {
  return static_cast<uint32_t>(_mm_movemask_epi8(x64::ints(a)));
}
ZWASM_INLINE uint32_t i16x8_bitmask(V128 a) {
  const __m128i bytes = _mm_packs_epi16(x64::ints(a), _mm_setzero_si128());
  return static_cast<uint32_t>(_mm_movemask_epi8(bytes));
}
ZWASM_INLINE uint32_t i32x4_bitmask(V128 a) {
  return static_cast<uint32_t>(_mm_movemask_ps(x64::floats(a)));
}
ZWASM_INLINE uint32_t i64x2_bitmask(V128 a) {
  return static_cast<uint32_t>(_mm_movemask_pd(x64::doubles(a)));
}

namespace x64 {

/// Whether the machine has pshufb: known from the build, or asked (a load and a test). This one is
/// worth asking for: without it, permutations go byte by byte through memory.
ZWASM_INLINE bool has_pshufb() {
#if defined(__SSSE3__)
  return true;
#else
  return __builtin_cpu_supports("ssse3");
#endif
}

/// Byte i of the result is byte indices[i] % 16 of the table, or 0 if the index's top bit is set.
ZWASM_INLINE V128 pshufb(V128 table, V128 indices) {
#if defined(__SSSE3__)
  return vector(_mm_shuffle_epi8(ints(table), ints(indices)));
#else
  __m128i result = ints(table);
  asm("pshufb %1, %0" : "+x"(result) : "x"(ints(indices)));
  return vector(result);
#endif
}

/// i8x16.swizzle. Adding 0x70 with saturation sets the top bit of exactly the indices from 16 on.
ZWASM_INLINE V128 swizzle(V128 a, V128 b) {
  return pshufb(a, vector(_mm_adds_epu8(ints(b), _mm_set1_epi8(0x70))));
}

}  // namespace x64

// Permutations
ZWASM_INLINE V128 i8x16_swizzle(V128 a, V128 b) {
  return x64::has_pshufb() ? x64::swizzle(a, b) : portable::i8x16_swizzle(a, b);
}
ZWASM_INLINE V128 i8x16_shuffle(V128 a, V128 b, const uint8_t* lanes) {
  if (!x64::has_pshufb()) return portable::i8x16_shuffle(a, b, lanes);
  const V128 from_a = V128::load(lanes);
  const V128 from_b = from_a.as<U8x16>() - 16;  // the lanes of `a` become 240 and more
  return x64::swizzle(a, from_a).bits | x64::swizzle(b, from_b).bits;
}

// Comparisons of 64-bit lanes, which the compilers would do one by one
ZWASM_INLINE V128 i64x2_eq(V128 a, V128 b) {
  const __m128i halves = _mm_cmpeq_epi32(x64::ints(a), x64::ints(b));
  const __m128i swapped = _mm_shuffle_epi32(halves, _MM_SHUFFLE(2, 3, 0, 1));
  return x64::vector(_mm_and_si128(halves, swapped));
}
ZWASM_INLINE V128 i64x2_ne(V128 a, V128 b) { return ~semantics::i64x2_eq(a, b).bits; }
/// The upper halves decide; if they are equal, the upper half of b - a is the borrow of the lower
/// halves: -1 if a's is greater, else 0.
ZWASM_INLINE V128 i64x2_gt_s(V128 a, V128 b) {
  const __m128i borrow = _mm_and_si128(_mm_cmpeq_epi32(x64::ints(a), x64::ints(b)),
                                       x64::ints(b.bits - a.bits));
  const __m128i halves = _mm_or_si128(borrow, _mm_cmpgt_epi32(x64::ints(a), x64::ints(b)));
  return x64::vector(_mm_shuffle_epi32(halves, _MM_SHUFFLE(3, 3, 1, 1)));
}
ZWASM_INLINE V128 i64x2_lt_s(V128 a, V128 b) { return semantics::i64x2_gt_s(b, a); }
ZWASM_INLINE V128 i64x2_le_s(V128 a, V128 b) { return ~semantics::i64x2_gt_s(a, b).bits; }
ZWASM_INLINE V128 i64x2_ge_s(V128 a, V128 b) { return ~semantics::i64x2_gt_s(b, a).bits; }

// Integer arithmetic
#define ZWASM_BINARY(name, intrinsic)                          \
  ZWASM_INLINE V128 name(V128 a, V128 b) {                     \
    return x64::vector(intrinsic(x64::ints(a), x64::ints(b))); \
  }
ZWASM_BINARY(i8x16_add_sat_s, _mm_adds_epi8)
ZWASM_BINARY(i8x16_add_sat_u, _mm_adds_epu8)
ZWASM_BINARY(i8x16_sub_sat_s, _mm_subs_epi8)
ZWASM_BINARY(i8x16_sub_sat_u, _mm_subs_epu8)
ZWASM_BINARY(i16x8_add_sat_s, _mm_adds_epi16)
ZWASM_BINARY(i16x8_add_sat_u, _mm_adds_epu16)
ZWASM_BINARY(i16x8_sub_sat_s, _mm_subs_epi16)
ZWASM_BINARY(i16x8_sub_sat_u, _mm_subs_epu16)
ZWASM_BINARY(i8x16_avgr_u, _mm_avg_epu8)
ZWASM_BINARY(i16x8_avgr_u, _mm_avg_epu16)
ZWASM_BINARY(i8x16_narrow_i16x8_s, _mm_packs_epi16)
ZWASM_BINARY(i8x16_narrow_i16x8_u, _mm_packus_epi16)
ZWASM_BINARY(i16x8_narrow_i32x4_s, _mm_packs_epi32)
ZWASM_BINARY(i32x4_dot_i16x8_s, _mm_madd_epi16)
#if defined(__SSE4_1__)
ZWASM_BINARY(i16x8_narrow_i32x4_u, _mm_packus_epi32)
#else
/// Signed narrowing of lanes moved down by 0x8000; negative ones first become 0.
ZWASM_INLINE V128 i16x8_narrow_i32x4_u(V128 a, V128 b) {
  const auto moved = [](V128 lanes) __attribute__((always_inline)) {
    return V128((lanes.as<I32x4>() & ~(lanes.as<I32x4>() >> 31)) - 0x8000);
  };
  return semantics::i16x8_narrow_i32x4_s(moved(a), moved(b)).as<U16x8>() ^ uint16_t{0x8000};
}
#endif
#undef ZWASM_BINARY

ZWASM_INLINE V128 i16x8_q15mulr_sat_s(V128 a, V128 b) {
#if defined(__SSSE3__)
  const V128 product = x64::vector(_mm_mulhrs_epi16(x64::ints(a), x64::ints(b)));
#else
  // (p + 0x4000) >> 15 is (p >> 15) plus bit 14 of the product p, which is `high` and `low`.
  const V128 high = x64::vector(_mm_mulhi_epi16(x64::ints(a), x64::ints(b)));
  const U16x8 low = a.as<U16x8>() * b.as<U16x8>();
  const V128 product = ((high.as<U16x8>() << 1) | (low >> 15)) + ((low >> 14) & 1);
#endif
  // Only -1 times -1 yields 0x8000; flip it to 0x7FFF.
  return product.as<I16x8>() ^ (product.as<U16x8>() == 0x8000);
}

// Lanes of twice the width: each lane is put beside itself and shifted down, or beside zero
ZWASM_INLINE V128 i16x8_extend_low_i8x16_s(V128 a) {
  const __m128i doubled = _mm_unpacklo_epi8(x64::ints(a), x64::ints(a));
  return x64::vector(_mm_srai_epi16(doubled, 8));
}
ZWASM_INLINE V128 i16x8_extend_low_i8x16_u(V128 a) {
  return x64::vector(_mm_unpacklo_epi8(x64::ints(a), _mm_setzero_si128()));
}
ZWASM_INLINE V128 i16x8_extend_high_i8x16_s(V128 a) {
  const __m128i doubled = _mm_unpackhi_epi8(x64::ints(a), x64::ints(a));
  return x64::vector(_mm_srai_epi16(doubled, 8));
}
ZWASM_INLINE V128 i16x8_extend_high_i8x16_u(V128 a) {
  return x64::vector(_mm_unpackhi_epi8(x64::ints(a), _mm_setzero_si128()));
}
ZWASM_INLINE V128 i32x4_extend_low_i16x8_s(V128 a) {
  const __m128i doubled = _mm_unpacklo_epi16(x64::ints(a), x64::ints(a));
  return x64::vector(_mm_srai_epi32(doubled, 16));
}
ZWASM_INLINE V128 i32x4_extend_low_i16x8_u(V128 a) {
  return x64::vector(_mm_unpacklo_epi16(x64::ints(a), _mm_setzero_si128()));
}
ZWASM_INLINE V128 i32x4_extend_high_i16x8_s(V128 a) {
  const __m128i doubled = _mm_unpackhi_epi16(x64::ints(a), x64::ints(a));
  return x64::vector(_mm_srai_epi32(doubled, 16));
}
ZWASM_INLINE V128 i32x4_extend_high_i16x8_u(V128 a) {
  return x64::vector(_mm_unpackhi_epi16(x64::ints(a), _mm_setzero_si128()));
}
ZWASM_INLINE V128 i64x2_extend_low_i32x4_s(V128 a) {
  const __m128i signs = _mm_srai_epi32(x64::ints(a), 31);
  return x64::vector(_mm_unpacklo_epi32(x64::ints(a), signs));
}
ZWASM_INLINE V128 i64x2_extend_low_i32x4_u(V128 a) {
  return x64::vector(_mm_unpacklo_epi32(x64::ints(a), _mm_setzero_si128()));
}
ZWASM_INLINE V128 i64x2_extend_high_i32x4_s(V128 a) {
  const __m128i signs = _mm_srai_epi32(x64::ints(a), 31);
  return x64::vector(_mm_unpackhi_epi32(x64::ints(a), signs));
}
ZWASM_INLINE V128 i64x2_extend_high_i32x4_u(V128 a) {
  return x64::vector(_mm_unpackhi_epi32(x64::ints(a), _mm_setzero_si128()));
}

// Products of twice the width
ZWASM_INLINE V128 i16x8_extmul_low_i8x16_s(V128 a, V128 b) {
  return semantics::i16x8_extend_low_i8x16_s(a).as<U16x8>() *
         semantics::i16x8_extend_low_i8x16_s(b).as<U16x8>();
}
ZWASM_INLINE V128 i16x8_extmul_low_i8x16_u(V128 a, V128 b) {
  return semantics::i16x8_extend_low_i8x16_u(a).as<U16x8>() *
         semantics::i16x8_extend_low_i8x16_u(b).as<U16x8>();
}
ZWASM_INLINE V128 i16x8_extmul_high_i8x16_s(V128 a, V128 b) {
  return semantics::i16x8_extend_high_i8x16_s(a).as<U16x8>() *
         semantics::i16x8_extend_high_i8x16_s(b).as<U16x8>();
}
ZWASM_INLINE V128 i16x8_extmul_high_i8x16_u(V128 a, V128 b) {
  return semantics::i16x8_extend_high_i8x16_u(a).as<U16x8>() *
         semantics::i16x8_extend_high_i8x16_u(b).as<U16x8>();
}
ZWASM_INLINE V128 i32x4_extmul_low_i16x8_s(V128 a, V128 b) {
  return x64::vector(_mm_unpacklo_epi16(_mm_mullo_epi16(x64::ints(a), x64::ints(b)),
                                        _mm_mulhi_epi16(x64::ints(a), x64::ints(b))));
}
ZWASM_INLINE V128 i32x4_extmul_high_i16x8_s(V128 a, V128 b) {
  return x64::vector(_mm_unpackhi_epi16(_mm_mullo_epi16(x64::ints(a), x64::ints(b)),
                                        _mm_mulhi_epi16(x64::ints(a), x64::ints(b))));
}
ZWASM_INLINE V128 i32x4_extmul_low_i16x8_u(V128 a, V128 b) {
  return x64::vector(_mm_unpacklo_epi16(_mm_mullo_epi16(x64::ints(a), x64::ints(b)),
                                        _mm_mulhi_epu16(x64::ints(a), x64::ints(b))));
}
ZWASM_INLINE V128 i32x4_extmul_high_i16x8_u(V128 a, V128 b) {
  return x64::vector(_mm_unpackhi_epi16(_mm_mullo_epi16(x64::ints(a), x64::ints(b)),
                                        _mm_mulhi_epu16(x64::ints(a), x64::ints(b))));
}

namespace x64 {
/// Products of the even 32-bit lanes. Read as unsigned, a negative lane is 2^32 too great, so the
/// unsigned product is too great by the other lane's low half, moved up by 32 bits.
ZWASM_INLINE __m128i multiply_even_s(__m128i a, __m128i b) {
#if defined(__SSE4_1__)
  return _mm_mul_epi32(a, b);
#else
  const __m128i excess = _mm_add_epi32(_mm_and_si128(_mm_srai_epi32(a, 31), b),
                                       _mm_and_si128(_mm_srai_epi32(b, 31), a));
  return _mm_sub_epi64(_mm_mul_epu32(a, b), _mm_slli_epi64(excess, 32));
#endif
}
}  // namespace x64

ZWASM_INLINE V128 i64x2_extmul_low_i32x4_s(V128 a, V128 b) {
  return x64::vector(x64::multiply_even_s(_mm_unpacklo_epi32(x64::ints(a), x64::ints(a)),
                                          _mm_unpacklo_epi32(x64::ints(b), x64::ints(b))));
}
ZWASM_INLINE V128 i64x2_extmul_high_i32x4_s(V128 a, V128 b) {
  return x64::vector(x64::multiply_even_s(_mm_unpackhi_epi32(x64::ints(a), x64::ints(a)),
                                          _mm_unpackhi_epi32(x64::ints(b), x64::ints(b))));
}
ZWASM_INLINE V128 i64x2_extmul_low_i32x4_u(V128 a, V128 b) {
  return x64::vector(_mm_mul_epu32(_mm_unpacklo_epi32(x64::ints(a), x64::ints(a)),
                                   _mm_unpacklo_epi32(x64::ints(b), x64::ints(b))));
}
ZWASM_INLINE V128 i64x2_extmul_high_i32x4_u(V128 a, V128 b) {
  return x64::vector(_mm_mul_epu32(_mm_unpackhi_epi32(x64::ints(a), x64::ints(a)),
                                   _mm_unpackhi_epi32(x64::ints(b), x64::ints(b))));
}

// Float arithmetic
ZWASM_INLINE V128 f32x4_sqrt(V128 a) { return x64::vector(_mm_sqrt_ps(x64::floats(a))); }
ZWASM_INLINE V128 f64x2_sqrt(V128 a) { return x64::vector(_mm_sqrt_pd(x64::doubles(a))); }

#if defined(__SSE4_1__)
ZWASM_INLINE V128 f32x4_ceil(V128 a) { return x64::vector(_mm_ceil_ps(x64::floats(a))); }
ZWASM_INLINE V128 f32x4_floor(V128 a) { return x64::vector(_mm_floor_ps(x64::floats(a))); }
ZWASM_INLINE V128 f32x4_trunc(V128 a) {
  return x64::vector(_mm_round_ps(x64::floats(a), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
}
ZWASM_INLINE V128 f32x4_nearest(V128 a) {
  return x64::vector(_mm_round_ps(x64::floats(a), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
ZWASM_INLINE V128 f64x2_ceil(V128 a) { return x64::vector(_mm_ceil_pd(x64::doubles(a))); }
ZWASM_INLINE V128 f64x2_floor(V128 a) { return x64::vector(_mm_floor_pd(x64::doubles(a))); }
ZWASM_INLINE V128 f64x2_trunc(V128 a) {
  return x64::vector(_mm_round_pd(x64::doubles(a), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
}
ZWASM_INLINE V128 f64x2_nearest(V128 a) {
  return x64::vector(_mm_round_pd(x64::doubles(a), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
#else
ZWASM_INLINE V128 f32x4_ceil(V128 a) { return detail::round_lanes_ceil(a.as<F32x4>()); }
ZWASM_INLINE V128 f32x4_floor(V128 a) { return detail::round_lanes_floor(a.as<F32x4>()); }
ZWASM_INLINE V128 f32x4_trunc(V128 a) { return detail::round_lanes_trunc(a.as<F32x4>()); }
ZWASM_INLINE V128 f32x4_nearest(V128 a) { return detail::round_lanes_nearest(a.as<F32x4>()); }
ZWASM_INLINE V128 f64x2_ceil(V128 a) { return detail::round_lanes_ceil(a.as<F64x2>()); }
ZWASM_INLINE V128 f64x2_floor(V128 a) { return detail::round_lanes_floor(a.as<F64x2>()); }
ZWASM_INLINE V128 f64x2_trunc(V128 a) { return detail::round_lanes_trunc(a.as<F64x2>()); }
ZWASM_INLINE V128 f64x2_nearest(V128 a) { return detail::round_lanes_nearest(a.as<F64x2>()); }
#endif

// minps and its kin return the second operand if either is a NaN or both are zeroes. So both orders
// differ only there: `or` then prefers the negative zero, `and` the positive one, and lanes with a
// NaN take the sum, which is a quiet NaN.
ZWASM_INLINE V128 f32x4_min(V128 a, V128 b) {
  const __m128 x = x64::floats(a), y = x64::floats(b);
  const __m128 least = _mm_or_ps(_mm_min_ps(x, y), _mm_min_ps(y, x));
  return x64::select(x64::vector(_mm_cmpunord_ps(x, y)), a.as<F32x4>() + b.as<F32x4>(),
                     x64::vector(least));
}
ZWASM_INLINE V128 f32x4_max(V128 a, V128 b) {
  const __m128 x = x64::floats(a), y = x64::floats(b);
  const __m128 greatest = _mm_and_ps(_mm_max_ps(x, y), _mm_max_ps(y, x));
  return x64::select(x64::vector(_mm_cmpunord_ps(x, y)), a.as<F32x4>() + b.as<F32x4>(),
                     x64::vector(greatest));
}
ZWASM_INLINE V128 f64x2_min(V128 a, V128 b) {
  const __m128d x = x64::doubles(a), y = x64::doubles(b);
  const __m128d least = _mm_or_pd(_mm_min_pd(x, y), _mm_min_pd(y, x));
  return x64::select(x64::vector(_mm_cmpunord_pd(x, y)), a.as<F64x2>() + b.as<F64x2>(),
                     x64::vector(least));
}
ZWASM_INLINE V128 f64x2_max(V128 a, V128 b) {
  const __m128d x = x64::doubles(a), y = x64::doubles(b);
  const __m128d greatest = _mm_and_pd(_mm_max_pd(x, y), _mm_max_pd(y, x));
  return x64::select(x64::vector(_mm_cmpunord_pd(x, y)), a.as<F64x2>() + b.as<F64x2>(),
                     x64::vector(greatest));
}
// The pseudo-minimum b < a ? b : a is minps itself, operands exchanged.
ZWASM_INLINE V128 f32x4_pmin(V128 a, V128 b) {
  return x64::vector(_mm_min_ps(x64::floats(b), x64::floats(a)));
}
ZWASM_INLINE V128 f32x4_pmax(V128 a, V128 b) {
  return x64::vector(_mm_max_ps(x64::floats(b), x64::floats(a)));
}
ZWASM_INLINE V128 f64x2_pmin(V128 a, V128 b) {
  return x64::vector(_mm_min_pd(x64::doubles(b), x64::doubles(a)));
}
ZWASM_INLINE V128 f64x2_pmax(V128 a, V128 b) {
  return x64::vector(_mm_max_pd(x64::doubles(b), x64::doubles(a)));
}

// Conversions to integers: cvttps2dq and cvttpd2dq yield 0x80000000 for what they cannot represent.
/// NaNs become 0; what lies above the range is flipped to 0x7FFFFFFF.
ZWASM_INLINE V128 i32x4_trunc_sat_f32x4_s(V128 a) {
  const __m128 x = x64::floats(a);
  const __m128 numbers = _mm_and_ps(x, _mm_cmpeq_ps(x, x));
  const __m128i too_great = _mm_castps_si128(_mm_cmpge_ps(x, _mm_set1_ps(0x1p31f)));
  return x64::vector(_mm_xor_si128(_mm_cvttps_epi32(numbers), too_great));
}
/// From 2^31 on the lower 31 bits are converted apart, as the first conversion yields the top bit
/// alone there.
ZWASM_INLINE V128 i32x4_trunc_sat_f32x4_u(V128 a) {
  const __m128 zero = _mm_setzero_ps(), half = _mm_set1_ps(0x1p31f);
  const __m128 x = _mm_max_ps(x64::floats(a), zero);  // NaNs too become 0
  const __m128 rest = _mm_max_ps(_mm_sub_ps(x, half), zero);
  const __m128i too_great = _mm_castps_si128(_mm_cmpge_ps(rest, half));
  const __m128i low = _mm_xor_si128(_mm_cvttps_epi32(rest), too_great);
  return x64::vector(_mm_add_epi32(_mm_cvttps_epi32(x), low));
}
/// Clamped from above, where the bound is representable; below the range, 0x80000000 is right.
ZWASM_INLINE V128 i32x4_trunc_sat_f64x2_s_zero(V128 a) {
  const __m128d x = x64::doubles(a);
  const __m128d numbers = _mm_and_pd(x, _mm_cmpeq_pd(x, x));
  return x64::vector(_mm_cvttpd_epi32(_mm_min_pd(numbers, _mm_set1_pd(2147483647.0))));
}
ZWASM_INLINE V128 i32x4_trunc_sat_f64x2_u_zero(V128 a) {
  const __m128d half = _mm_set1_pd(0x1p31);
  const __m128d positive = _mm_max_pd(x64::doubles(a), _mm_setzero_pd());  // NaNs too become 0
  const __m128d x = _mm_min_pd(positive, _mm_set1_pd(4294967295.0));
  const __m128d upper = _mm_cmpge_pd(x, half);
  const __m128i low = _mm_cvttpd_epi32(_mm_sub_pd(x, _mm_and_pd(upper, half)));
  // The masks of both lanes, narrowed to the lower two of four lanes.
  const __m128i narrow = _mm_shuffle_epi32(_mm_castpd_si128(upper), _MM_SHUFFLE(3, 3, 2, 0));
  const __m128i top = _mm_slli_epi32(_mm_move_epi64(narrow), 31);
  return x64::vector(_mm_xor_si128(low, top));
}
ZWASM_INLINE V128 f64x2_convert_low_i32x4_s(V128 a) {
  return x64::vector(_mm_cvtepi32_pd(x64::ints(a)));
}
ZWASM_INLINE V128 f32x4_demote_f64x2_zero(V128 a) {
  return x64::vector(_mm_cvtpd_ps(x64::doubles(a)));
}
ZWASM_INLINE V128 f64x2_promote_low_f32x4(V128 a) {
  return x64::vector(_mm_cvtps_pd(x64::floats(a)));
}

}  // namespace zwasm::semantics
