// The meaning of every pure scalar instruction, once: constant expressions, constant folding, the
// interpreter and the compiled tiers' out-of-line calls all use these functions. A function has the
// instruction's name with `_` for `.`; conditions are uint32_t 0 or 1. The vector instructions are
// in simd_semantics.hpp.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/error.hpp"
#include "wasm/lanes.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace zwasm::semantics {

/// The result of an instruction that may trap: `value` counts only when `trap` is none.
template <class T>
struct OrTrap {
  T value = 0;
  TrapKind trap = TrapKind::none;
};

/// The two results of wide arithmetic, in stack order.
struct Wide {
  uint64_t low;
  uint64_t high;
};

namespace detail {

template <class T>
ZWASM_INLINE constexpr OrTrap<T> divide(T a, T b) {
  if (b == 0) return {0, TrapKind::integer_divide_by_zero};
  if constexpr (std::is_signed_v<T>) {
    if (a == std::numeric_limits<T>::min() && b == -1) return {0, TrapKind::integer_overflow};
  }
  return {a / b};
}

template <class T>
ZWASM_INLINE constexpr OrTrap<T> remainder(T a, T b) {
  if (b == 0) return {0, TrapKind::integer_divide_by_zero};
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return {0};  // min / -1 overflows, yet its remainder is defined
  }
  return {a % b};
}

template <class Float>
using Bits = std::conditional_t<std::is_same_v<Float, float>, uint32_t, uint64_t>;

// One instruction each, on the bits: the payload of a NaN survives.
ZWASM_INLINE constexpr float magnitude(float a) { return __builtin_fabsf(a); }
ZWASM_INLINE constexpr double magnitude(double a) { return __builtin_fabs(a); }
ZWASM_INLINE constexpr float copy_sign(float a, float b) { return __builtin_copysignf(a, b); }
ZWASM_INLINE constexpr double copy_sign(double a, double b) { return __builtin_copysign(a, b); }

/// Both `less` below are the same value unless the operands are zeroes of opposite sign: then `or`
/// yields the negative zero and, in `maximum`, `and` the positive one.
template <class Float>
ZWASM_INLINE constexpr Float minimum(Float a, Float b) {
  if ((a != a) | (b != b)) [[unlikely]] return a + b;  // a quiet NaN
  const Float less[] = {a < b ? a : b, b < a ? b : a};
  return std::bit_cast<Float>(std::bit_cast<Bits<Float>>(less[0]) |
                              std::bit_cast<Bits<Float>>(less[1]));
}
template <class Float>
ZWASM_INLINE constexpr Float maximum(Float a, Float b) {
  if ((a != a) | (b != b)) [[unlikely]] return a + b;
  const Float greater[] = {a > b ? a : b, b > a ? b : a};
  return std::bit_cast<Float>(std::bit_cast<Bits<Float>>(greater[0]) &
                              std::bit_cast<Bits<Float>>(greater[1]));
}

#if defined(__SSE2__)
// The same without moving the floats to integer registers and back.
ZWASM_INLINE float fast_minimum(float a, float b) {
  if ((a != a) | (b != b)) [[unlikely]] return a + b;
  const __m128 x = _mm_set_ss(a), y = _mm_set_ss(b);
  return _mm_cvtss_f32(_mm_or_ps(_mm_min_ss(x, y), _mm_min_ss(y, x)));
}
ZWASM_INLINE double fast_minimum(double a, double b) {
  if ((a != a) | (b != b)) [[unlikely]] return a + b;
  const __m128d x = _mm_set_sd(a), y = _mm_set_sd(b);
  return _mm_cvtsd_f64(_mm_or_pd(_mm_min_sd(x, y), _mm_min_sd(y, x)));
}
ZWASM_INLINE float fast_maximum(float a, float b) {
  if ((a != a) | (b != b)) [[unlikely]] return a + b;
  const __m128 x = _mm_set_ss(a), y = _mm_set_ss(b);
  return _mm_cvtss_f32(_mm_and_ps(_mm_max_ss(x, y), _mm_max_ss(y, x)));
}
ZWASM_INLINE double fast_maximum(double a, double b) {
  if ((a != a) | (b != b)) [[unlikely]] return a + b;
  const __m128d x = _mm_set_sd(a), y = _mm_set_sd(b);
  return _mm_cvtsd_f64(_mm_and_pd(_mm_max_sd(x, y), _mm_max_sd(y, x)));
}
#elif defined(__aarch64__)
ZWASM_INLINE float fast_minimum(float a, float b) {
  return vget_lane_f32(vmin_f32(vdup_n_f32(a), vdup_n_f32(b)), 0);
}
ZWASM_INLINE double fast_minimum(double a, double b) {
  return vget_lane_f64(vmin_f64(vdup_n_f64(a), vdup_n_f64(b)), 0);
}
ZWASM_INLINE float fast_maximum(float a, float b) {
  return vget_lane_f32(vmax_f32(vdup_n_f32(a), vdup_n_f32(b)), 0);
}
ZWASM_INLINE double fast_maximum(double a, double b) {
  return vget_lane_f64(vmax_f64(vdup_n_f64(a), vdup_n_f64(b)), 0);
}
#else
template <class Float>
ZWASM_INLINE Float fast_minimum(Float a, Float b) { return minimum(a, b); }
template <class Float>
ZWASM_INLINE Float fast_maximum(Float a, Float b) { return maximum(a, b); }
#endif

#if defined(__SSE4_1__) || defined(__aarch64__)
/// Whether the compiler expands ceil, floor, trunc and nearbyint to one instruction.
inline constexpr bool has_rounding_instruction = true;
#else
inline constexpr bool has_rounding_instruction = false;
#endif

/// From this magnitude on every float is an integer: 2 to the number of mantissa bits.
template <class Float>
inline constexpr Float all_integers_from =
    Float(uint64_t{1} << (std::numeric_limits<Float>::digits - 1));

/// Rounding without a branch. Adding and subtracting all_integers_from rounds a smaller magnitude
/// to an integer, ties to even, as the hardware's rounding mode does; a larger one and infinity
/// pass unchanged, and a NaN becomes quiet. The other directions correct that by at most one. The
/// operand's sign is put back because a result of zero keeps it.
template <class Float>
ZWASM_INLINE constexpr Float round_magnitude(Float a) {
  const Float shift = a < all_integers_from<Float> ? all_integers_from<Float> : Float{0};
  return (a + shift) - shift;
}
template <class Float>
ZWASM_INLINE constexpr Float round_nearest(Float a) {
  return copy_sign(round_magnitude(magnitude(a)), a);
}
template <class Float>
ZWASM_INLINE constexpr Float round_trunc(Float a) {
  const Float rounded = round_magnitude(magnitude(a));
  return copy_sign(rounded - (rounded > magnitude(a) ? Float{1} : Float{0}), a);
}
template <class Float>
ZWASM_INLINE constexpr Float round_floor(Float a) {
  const Float rounded = round_nearest(a);
  return rounded - (rounded > a ? Float{1} : Float{0});
}
template <class Float>
ZWASM_INLINE constexpr Float round_ceil(Float a) {
  const Float rounded = round_nearest(a);
  return copy_sign(rounded + (rounded < a ? Float{1} : Float{0}), a);
}

// The same on vectors, with masks in the place of conditions.
ZWASM_INLINE F32x4 magnitude(F32x4 a) {
  return std::bit_cast<F32x4>(std::bit_cast<U32x4>(a) & splat<U32x4>(0x7FFFFFFF));
}
ZWASM_INLINE F64x2 magnitude(F64x2 a) {
  return std::bit_cast<F64x2>(std::bit_cast<U64x2>(a) & splat<U64x2>(0x7FFFFFFFFFFFFFFF));
}
/// Gives the non-negative or already negative lanes of `a` the sign of `b`.
template <class Floats>
ZWASM_INLINE Floats add_sign(Floats a, Floats b) {
  const V128 mask = splat<Floats>(Lane<Floats>(-0.0));
  return V128(V128(a).bits | (V128(b).bits & mask.bits)).template as<Floats>();
}
/// `value` in the lanes where the mask is set, zero elsewhere.
template <class Floats, class Mask>
ZWASM_INLINE Floats where(Mask mask, Lane<Floats> value) {
  return V128(V128(mask).bits & V128(splat<Floats>(value)).bits).template as<Floats>();
}
template <class Floats>
ZWASM_INLINE Floats round_lanes_magnitude(Floats a) {
  constexpr Lane<Floats> limit = all_integers_from<Lane<Floats>>;
  const Floats shift = where<Floats>(a < splat<Floats>(limit), limit);
  return (a + shift) - shift;
}
template <class Floats>
ZWASM_INLINE Floats round_lanes_nearest(Floats a) {
  return add_sign(round_lanes_magnitude(magnitude(a)), a);
}
template <class Floats>
ZWASM_INLINE Floats round_lanes_trunc(Floats a) {
  const Floats rounded = round_lanes_magnitude(magnitude(a));
  return add_sign(rounded - where<Floats>(rounded > magnitude(a), 1), a);
}
template <class Floats>
ZWASM_INLINE Floats round_lanes_floor(Floats a) {
  const Floats rounded = round_lanes_nearest(a);
  return rounded - where<Floats>(rounded > a, 1);
}
template <class Floats>
ZWASM_INLINE Floats round_lanes_ceil(Floats a) {
  const Floats rounded = round_lanes_nearest(a);
  return add_sign(rounded + where<Floats>(rounded < a, 1), a);
}

/// A float truncates to an Int exactly if it lies strictly between `below` and `above`. `above` is
/// the power of two after the greatest Int. `below` is the least Int minus one where Float has the
/// precision for it, and otherwise the Float just under the least Int.
template <class Int, class Float>
struct TruncBounds {
  static_assert(std::is_unsigned_v<Int>);
  static constexpr Float below = -1;
  static constexpr Float above = sizeof(Int) == 4 ? Float(0x1p32) : Float(0x1p64);
};
template <>
struct TruncBounds<int32_t, float> {
  static constexpr float below = -0x1.000002p31f;  // -2147483904; -2147483649 is no float
  static constexpr float above = 0x1p31f;
};
template <>
struct TruncBounds<int32_t, double> {
  static constexpr double below = -2147483649.0;
  static constexpr double above = 0x1p31;
};
template <>
struct TruncBounds<int64_t, float> {
  static constexpr float below = -0x1.000002p63f;
  static constexpr float above = 0x1p63f;
};
template <>
struct TruncBounds<int64_t, double> {
  static constexpr double below = -0x1.0000000000001p63;
  static constexpr double above = 0x1p63;
};

template <class Int, class Float>
ZWASM_INLINE constexpr OrTrap<Int> trunc(Float a) {
  using Bounds = TruncBounds<Int, Float>;
  if (a > Bounds::below && a < Bounds::above) [[likely]] return {static_cast<Int>(a)};
  return {0, a != a ? TrapKind::invalid_conversion_to_integer : TrapKind::integer_overflow};
}

template <class Int, class Float>
ZWASM_INLINE constexpr Int trunc_sat(Float a) {
  using Bounds = TruncBounds<Int, Float>;
  if (a > Bounds::below && a < Bounds::above) [[likely]] return static_cast<Int>(a);
  if (a != a) return 0;
  return a < 0 ? std::numeric_limits<Int>::min() : std::numeric_limits<Int>::max();
}

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

ZWASM_INLINE constexpr Uint128 join(uint64_t low, uint64_t high) {
  return Uint128{high} << 64 | low;
}
ZWASM_INLINE constexpr Wide split(Uint128 a) {
  return {static_cast<uint64_t>(a), static_cast<uint64_t>(a >> 64)};
}

}  // namespace detail

// Integer comparisons
ZWASM_INLINE constexpr uint32_t i32_eqz(uint32_t a) { return a == 0; }
ZWASM_INLINE constexpr uint32_t i32_eq(uint32_t a, uint32_t b) { return a == b; }
ZWASM_INLINE constexpr uint32_t i32_ne(uint32_t a, uint32_t b) { return a != b; }
ZWASM_INLINE constexpr uint32_t i32_lt_s(int32_t a, int32_t b) { return a < b; }
ZWASM_INLINE constexpr uint32_t i32_lt_u(uint32_t a, uint32_t b) { return a < b; }
ZWASM_INLINE constexpr uint32_t i32_gt_s(int32_t a, int32_t b) { return a > b; }
ZWASM_INLINE constexpr uint32_t i32_gt_u(uint32_t a, uint32_t b) { return a > b; }
ZWASM_INLINE constexpr uint32_t i32_le_s(int32_t a, int32_t b) { return a <= b; }
ZWASM_INLINE constexpr uint32_t i32_le_u(uint32_t a, uint32_t b) { return a <= b; }
ZWASM_INLINE constexpr uint32_t i32_ge_s(int32_t a, int32_t b) { return a >= b; }
ZWASM_INLINE constexpr uint32_t i32_ge_u(uint32_t a, uint32_t b) { return a >= b; }
ZWASM_INLINE constexpr uint32_t i64_eqz(uint64_t a) { return a == 0; }
ZWASM_INLINE constexpr uint32_t i64_eq(uint64_t a, uint64_t b) { return a == b; }
ZWASM_INLINE constexpr uint32_t i64_ne(uint64_t a, uint64_t b) { return a != b; }
ZWASM_INLINE constexpr uint32_t i64_lt_s(int64_t a, int64_t b) { return a < b; }
ZWASM_INLINE constexpr uint32_t i64_lt_u(uint64_t a, uint64_t b) { return a < b; }
ZWASM_INLINE constexpr uint32_t i64_gt_s(int64_t a, int64_t b) { return a > b; }
ZWASM_INLINE constexpr uint32_t i64_gt_u(uint64_t a, uint64_t b) { return a > b; }
ZWASM_INLINE constexpr uint32_t i64_le_s(int64_t a, int64_t b) { return a <= b; }
ZWASM_INLINE constexpr uint32_t i64_le_u(uint64_t a, uint64_t b) { return a <= b; }
ZWASM_INLINE constexpr uint32_t i64_ge_s(int64_t a, int64_t b) { return a >= b; }
ZWASM_INLINE constexpr uint32_t i64_ge_u(uint64_t a, uint64_t b) { return a >= b; }

// Float comparisons
ZWASM_INLINE constexpr uint32_t f32_eq(float a, float b) { return a == b; }
ZWASM_INLINE constexpr uint32_t f32_ne(float a, float b) { return a != b; }
ZWASM_INLINE constexpr uint32_t f32_lt(float a, float b) { return a < b; }
ZWASM_INLINE constexpr uint32_t f32_gt(float a, float b) { return a > b; }
ZWASM_INLINE constexpr uint32_t f32_le(float a, float b) { return a <= b; }
ZWASM_INLINE constexpr uint32_t f32_ge(float a, float b) { return a >= b; }
ZWASM_INLINE constexpr uint32_t f64_eq(double a, double b) { return a == b; }
ZWASM_INLINE constexpr uint32_t f64_ne(double a, double b) { return a != b; }
ZWASM_INLINE constexpr uint32_t f64_lt(double a, double b) { return a < b; }
ZWASM_INLINE constexpr uint32_t f64_gt(double a, double b) { return a > b; }
ZWASM_INLINE constexpr uint32_t f64_le(double a, double b) { return a <= b; }
ZWASM_INLINE constexpr uint32_t f64_ge(double a, double b) { return a >= b; }

// Integer arithmetic
ZWASM_INLINE constexpr uint32_t i32_clz(uint32_t a) { return uint32_t(std::countl_zero(a)); }
ZWASM_INLINE constexpr uint32_t i32_ctz(uint32_t a) { return uint32_t(std::countr_zero(a)); }
ZWASM_INLINE constexpr uint32_t i32_popcnt(uint32_t a) { return uint32_t(std::popcount(a)); }
ZWASM_INLINE constexpr uint32_t i32_add(uint32_t a, uint32_t b) { return a + b; }
ZWASM_INLINE constexpr uint32_t i32_sub(uint32_t a, uint32_t b) { return a - b; }
ZWASM_INLINE constexpr uint32_t i32_mul(uint32_t a, uint32_t b) { return a * b; }
ZWASM_INLINE constexpr OrTrap<int32_t> i32_div_s(int32_t a, int32_t b) {
  return detail::divide(a, b);
}
ZWASM_INLINE constexpr OrTrap<uint32_t> i32_div_u(uint32_t a, uint32_t b) {
  return detail::divide(a, b);
}
ZWASM_INLINE constexpr OrTrap<int32_t> i32_rem_s(int32_t a, int32_t b) {
  return detail::remainder(a, b);
}
ZWASM_INLINE constexpr OrTrap<uint32_t> i32_rem_u(uint32_t a, uint32_t b) {
  return detail::remainder(a, b);
}
ZWASM_INLINE constexpr uint32_t i32_and(uint32_t a, uint32_t b) { return a & b; }
ZWASM_INLINE constexpr uint32_t i32_or(uint32_t a, uint32_t b) { return a | b; }
ZWASM_INLINE constexpr uint32_t i32_xor(uint32_t a, uint32_t b) { return a ^ b; }
ZWASM_INLINE constexpr uint32_t i32_shl(uint32_t a, uint32_t b) { return a << (b & 31); }
ZWASM_INLINE constexpr int32_t i32_shr_s(int32_t a, uint32_t b) { return a >> (b & 31); }
ZWASM_INLINE constexpr uint32_t i32_shr_u(uint32_t a, uint32_t b) { return a >> (b & 31); }
ZWASM_INLINE constexpr uint32_t i32_rotl(uint32_t a, uint32_t b) {
  return std::rotl(a, int(b & 31));
}
ZWASM_INLINE constexpr uint32_t i32_rotr(uint32_t a, uint32_t b) {
  return std::rotr(a, int(b & 31));
}
ZWASM_INLINE constexpr int32_t i32_extend8_s(uint32_t a) { return int8_t(a); }
ZWASM_INLINE constexpr int32_t i32_extend16_s(uint32_t a) { return int16_t(a); }
ZWASM_INLINE constexpr uint64_t i64_clz(uint64_t a) { return uint64_t(std::countl_zero(a)); }
ZWASM_INLINE constexpr uint64_t i64_ctz(uint64_t a) { return uint64_t(std::countr_zero(a)); }
ZWASM_INLINE constexpr uint64_t i64_popcnt(uint64_t a) { return uint64_t(std::popcount(a)); }
ZWASM_INLINE constexpr uint64_t i64_add(uint64_t a, uint64_t b) { return a + b; }
ZWASM_INLINE constexpr uint64_t i64_sub(uint64_t a, uint64_t b) { return a - b; }
ZWASM_INLINE constexpr uint64_t i64_mul(uint64_t a, uint64_t b) { return a * b; }
ZWASM_INLINE constexpr OrTrap<int64_t> i64_div_s(int64_t a, int64_t b) {
  return detail::divide(a, b);
}
ZWASM_INLINE constexpr OrTrap<uint64_t> i64_div_u(uint64_t a, uint64_t b) {
  return detail::divide(a, b);
}
ZWASM_INLINE constexpr OrTrap<int64_t> i64_rem_s(int64_t a, int64_t b) {
  return detail::remainder(a, b);
}
ZWASM_INLINE constexpr OrTrap<uint64_t> i64_rem_u(uint64_t a, uint64_t b) {
  return detail::remainder(a, b);
}
ZWASM_INLINE constexpr uint64_t i64_and(uint64_t a, uint64_t b) { return a & b; }
ZWASM_INLINE constexpr uint64_t i64_or(uint64_t a, uint64_t b) { return a | b; }
ZWASM_INLINE constexpr uint64_t i64_xor(uint64_t a, uint64_t b) { return a ^ b; }
ZWASM_INLINE constexpr uint64_t i64_shl(uint64_t a, uint64_t b) { return a << (b & 63); }
ZWASM_INLINE constexpr int64_t i64_shr_s(int64_t a, uint64_t b) { return a >> (b & 63); }
ZWASM_INLINE constexpr uint64_t i64_shr_u(uint64_t a, uint64_t b) { return a >> (b & 63); }
ZWASM_INLINE constexpr uint64_t i64_rotl(uint64_t a, uint64_t b) {
  return std::rotl(a, int(b & 63));
}
ZWASM_INLINE constexpr uint64_t i64_rotr(uint64_t a, uint64_t b) {
  return std::rotr(a, int(b & 63));
}
ZWASM_INLINE constexpr int64_t i64_extend8_s(uint64_t a) { return int8_t(a); }
ZWASM_INLINE constexpr int64_t i64_extend16_s(uint64_t a) { return int16_t(a); }
ZWASM_INLINE constexpr int64_t i64_extend32_s(uint64_t a) { return int32_t(a); }

// Wide arithmetic: a 128-bit operand or result is its low half, then its high half.
ZWASM_INLINE constexpr Wide i64_add128(uint64_t a_low, uint64_t a_high, uint64_t b_low,
                                       uint64_t b_high) {
  return detail::split(detail::join(a_low, a_high) + detail::join(b_low, b_high));
}
ZWASM_INLINE constexpr Wide i64_sub128(uint64_t a_low, uint64_t a_high, uint64_t b_low,
                                       uint64_t b_high) {
  return detail::split(detail::join(a_low, a_high) - detail::join(b_low, b_high));
}
ZWASM_INLINE constexpr Wide i64_mul_wide_s(int64_t a, int64_t b) {
  return detail::split(static_cast<detail::Uint128>(detail::Int128{a} * b));
}
ZWASM_INLINE constexpr Wide i64_mul_wide_u(uint64_t a, uint64_t b) {
  return detail::split(detail::Uint128{a} * b);
}

// Float arithmetic
ZWASM_INLINE constexpr float f32_abs(float a) { return detail::magnitude(a); }
ZWASM_INLINE constexpr float f32_neg(float a) { return -a; }
ZWASM_INLINE constexpr float f32_ceil(float a) {
  if (std::is_constant_evaluated()) return detail::round_ceil(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_ceilf(a);
  return detail::round_lanes_ceil(F32x4{a})[0];
}
ZWASM_INLINE constexpr float f32_floor(float a) {
  if (std::is_constant_evaluated()) return detail::round_floor(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_floorf(a);
  return detail::round_lanes_floor(F32x4{a})[0];
}
ZWASM_INLINE constexpr float f32_trunc(float a) {
  if (std::is_constant_evaluated()) return detail::round_trunc(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_truncf(a);
  return detail::round_lanes_trunc(F32x4{a})[0];
}
ZWASM_INLINE constexpr float f32_nearest(float a) {
  if (std::is_constant_evaluated()) return detail::round_nearest(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_nearbyintf(a);
  return detail::round_lanes_nearest(F32x4{a})[0];
}
ZWASM_INLINE float f32_sqrt(float a) {
  // The library function would be called for negative operands, to set errno.
#if defined(__SSE2__)
  return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a)));
#elif defined(__aarch64__)
  return vget_lane_f32(vsqrt_f32(vdup_n_f32(a)), 0);
#else
  return __builtin_sqrtf(a);
#endif
}
ZWASM_INLINE constexpr float f32_add(float a, float b) { return a + b; }
ZWASM_INLINE constexpr float f32_sub(float a, float b) { return a - b; }
ZWASM_INLINE constexpr float f32_mul(float a, float b) { return a * b; }
ZWASM_INLINE constexpr float f32_div(float a, float b) { return a / b; }
ZWASM_INLINE constexpr float f32_min(float a, float b) {
  return std::is_constant_evaluated() ? detail::minimum(a, b) : detail::fast_minimum(a, b);
}
ZWASM_INLINE constexpr float f32_max(float a, float b) {
  return std::is_constant_evaluated() ? detail::maximum(a, b) : detail::fast_maximum(a, b);
}
ZWASM_INLINE constexpr float f32_copysign(float a, float b) { return detail::copy_sign(a, b); }
ZWASM_INLINE constexpr double f64_abs(double a) { return detail::magnitude(a); }
ZWASM_INLINE constexpr double f64_neg(double a) { return -a; }
ZWASM_INLINE constexpr double f64_ceil(double a) {
  if (std::is_constant_evaluated()) return detail::round_ceil(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_ceil(a);
  return detail::round_lanes_ceil(F64x2{a})[0];
}
ZWASM_INLINE constexpr double f64_floor(double a) {
  if (std::is_constant_evaluated()) return detail::round_floor(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_floor(a);
  return detail::round_lanes_floor(F64x2{a})[0];
}
ZWASM_INLINE constexpr double f64_trunc(double a) {
  if (std::is_constant_evaluated()) return detail::round_trunc(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_trunc(a);
  return detail::round_lanes_trunc(F64x2{a})[0];
}
ZWASM_INLINE constexpr double f64_nearest(double a) {
  if (std::is_constant_evaluated()) return detail::round_nearest(a);
  if constexpr (detail::has_rounding_instruction) return __builtin_nearbyint(a);
  return detail::round_lanes_nearest(F64x2{a})[0];
}
ZWASM_INLINE double f64_sqrt(double a) {
  // The library function would be called for negative operands, to set errno.
#if defined(__SSE2__)
  return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(a), _mm_set_sd(a)));
#elif defined(__aarch64__)
  return vget_lane_f64(vsqrt_f64(vdup_n_f64(a)), 0);
#else
  return __builtin_sqrt(a);
#endif
}
ZWASM_INLINE constexpr double f64_add(double a, double b) { return a + b; }
ZWASM_INLINE constexpr double f64_sub(double a, double b) { return a - b; }
ZWASM_INLINE constexpr double f64_mul(double a, double b) { return a * b; }
ZWASM_INLINE constexpr double f64_div(double a, double b) { return a / b; }
ZWASM_INLINE constexpr double f64_min(double a, double b) {
  return std::is_constant_evaluated() ? detail::minimum(a, b) : detail::fast_minimum(a, b);
}
ZWASM_INLINE constexpr double f64_max(double a, double b) {
  return std::is_constant_evaluated() ? detail::maximum(a, b) : detail::fast_maximum(a, b);
}
ZWASM_INLINE constexpr double f64_copysign(double a, double b) { return detail::copy_sign(a, b); }

// Conversions
ZWASM_INLINE constexpr uint32_t i32_wrap_i64(uint64_t a) { return uint32_t(a); }
ZWASM_INLINE constexpr int64_t i64_extend_i32_s(int32_t a) { return a; }
ZWASM_INLINE constexpr uint64_t i64_extend_i32_u(uint32_t a) { return a; }
ZWASM_INLINE constexpr OrTrap<int32_t> i32_trunc_f32_s(float a) {
  return detail::trunc<int32_t>(a);
}
ZWASM_INLINE constexpr OrTrap<uint32_t> i32_trunc_f32_u(float a) {
  return detail::trunc<uint32_t>(a);
}
ZWASM_INLINE constexpr OrTrap<int32_t> i32_trunc_f64_s(double a) {
  return detail::trunc<int32_t>(a);
}
ZWASM_INLINE constexpr OrTrap<uint32_t> i32_trunc_f64_u(double a) {
  return detail::trunc<uint32_t>(a);
}
ZWASM_INLINE constexpr OrTrap<int64_t> i64_trunc_f32_s(float a) {
  return detail::trunc<int64_t>(a);
}
ZWASM_INLINE constexpr OrTrap<uint64_t> i64_trunc_f32_u(float a) {
  return detail::trunc<uint64_t>(a);
}
ZWASM_INLINE constexpr OrTrap<int64_t> i64_trunc_f64_s(double a) {
  return detail::trunc<int64_t>(a);
}
ZWASM_INLINE constexpr OrTrap<uint64_t> i64_trunc_f64_u(double a) {
  return detail::trunc<uint64_t>(a);
}
ZWASM_INLINE constexpr int32_t i32_trunc_sat_f32_s(float a) {
  return detail::trunc_sat<int32_t>(a);
}
ZWASM_INLINE constexpr uint32_t i32_trunc_sat_f32_u(float a) {
  return detail::trunc_sat<uint32_t>(a);
}
ZWASM_INLINE constexpr int32_t i32_trunc_sat_f64_s(double a) {
  return detail::trunc_sat<int32_t>(a);
}
ZWASM_INLINE constexpr uint32_t i32_trunc_sat_f64_u(double a) {
  return detail::trunc_sat<uint32_t>(a);
}
ZWASM_INLINE constexpr int64_t i64_trunc_sat_f32_s(float a) {
  return detail::trunc_sat<int64_t>(a);
}
ZWASM_INLINE constexpr uint64_t i64_trunc_sat_f32_u(float a) {
  return detail::trunc_sat<uint64_t>(a);
}
ZWASM_INLINE constexpr int64_t i64_trunc_sat_f64_s(double a) {
  return detail::trunc_sat<int64_t>(a);
}
ZWASM_INLINE constexpr uint64_t i64_trunc_sat_f64_u(double a) {
  return detail::trunc_sat<uint64_t>(a);
}
ZWASM_INLINE constexpr float f32_convert_i32_s(int32_t a) { return float(a); }
ZWASM_INLINE constexpr float f32_convert_i32_u(uint32_t a) { return float(a); }
ZWASM_INLINE constexpr float f32_convert_i64_s(int64_t a) { return float(a); }
ZWASM_INLINE constexpr float f32_convert_i64_u(uint64_t a) { return float(a); }
ZWASM_INLINE constexpr double f64_convert_i32_s(int32_t a) { return double(a); }
ZWASM_INLINE constexpr double f64_convert_i32_u(uint32_t a) { return double(a); }
ZWASM_INLINE constexpr double f64_convert_i64_s(int64_t a) { return double(a); }
ZWASM_INLINE constexpr double f64_convert_i64_u(uint64_t a) { return double(a); }
ZWASM_INLINE constexpr float f32_demote_f64(double a) { return float(a); }
ZWASM_INLINE constexpr double f64_promote_f32(float a) { return double(a); }
/// No instruction: what follows one that makes NaNs, so that all of them are the same.
ZWASM_INLINE constexpr float f32_canonical_nan(float a) {
  return a == a ? a : std::bit_cast<float>(uint32_t{0x7FC00000});
}
ZWASM_INLINE constexpr double f64_canonical_nan(double a) {
  return a == a ? a : std::bit_cast<double>(uint64_t{0x7FF8000000000000});
}
ZWASM_INLINE constexpr uint32_t i32_reinterpret_f32(float a) { return std::bit_cast<uint32_t>(a); }
ZWASM_INLINE constexpr uint64_t i64_reinterpret_f64(double a) { return std::bit_cast<uint64_t>(a); }
ZWASM_INLINE constexpr float f32_reinterpret_i32(uint32_t a) { return std::bit_cast<float>(a); }
ZWASM_INLINE constexpr double f64_reinterpret_i64(uint64_t a) { return std::bit_cast<double>(a); }

}  // namespace zwasm::semantics
