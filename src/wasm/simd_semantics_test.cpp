// Vector instructions on boundary operands: every lane against a scalar formula, for the portable
// version and for the one in use. A table row without a check fails the last one.
#include "wasm/simd_semantics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "wasm/opcode.hpp"
#include "wasm/slots.hpp"

namespace zwasm {
namespace {

template <class T>
using Array = std::array<T, 16 / sizeof(T)>;

// Operands: boundary values of a lane, and vectors in which all pairs of them meet.

template <class T>
std::vector<T> lane_operands() {
  using L = std::numeric_limits<T>;
  std::vector<T> operands;
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    constexpr U top = U(U{1} << (8 * sizeof(T) - 1));
    for (int i : {0, 1, 2, 3, 5, 15, 16, 17, 31, 64, 100, 126}) {
      operands.insert(operands.end(), {T(i), T(~i), T(U(top + U(i))), T(U(top - U(i)))});
    }
    if constexpr (sizeof(T) > 1) {  // the bounds of narrower lanes, and what lies beyond
      for (int i : {0x7F, 0x80, 0xFF, 0x100, 0x5A5A}) {
        operands.insert(operands.end(), {T(i), T(-i), T(-i - 1)});
      }
    }
    if constexpr (sizeof(T) > 2) {
      for (int i : {0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x12345678}) {
        operands.insert(operands.end(), {T(i), T(-i), T(-i - 1)});
      }
    }
    if constexpr (sizeof(T) > 4) {
      for (int64_t i : {0x7FFFFFFFll, 0x80000000ll, 0xFFFFFFFFll, 0x123456789ABCDEFll}) {
        operands.insert(operands.end(), {T(i), T(-i), T(-i - 1)});
      }
    }
  } else {
    operands = {0, L::denorm_min(), L::min(), T(0.25), T(0.5), T(0.75), 1, T(1.5), 2, T(2.5),
                T(3.5), 42, T(-1) / 3, L::max(), L::infinity()};
    for (int exponent : {22, 23, 24, 31, 32, 51, 52, 53}) {
      const T power = std::ldexp(T(1), exponent);
      operands.insert(operands.end(), {power, power - T(0.5), power + T(0.5), power - 1,
                                       std::nextafter(power, T(0)),
                                       std::nextafter(power, L::infinity())});
    }
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    const Bits quiet = std::bit_cast<Bits>(L::quiet_NaN());
    operands.push_back(L::quiet_NaN());
    operands.push_back(std::bit_cast<T>(quiet | 0x1234));
    operands.push_back(std::bit_cast<T>((quiet ^ Bits{1} << (L::digits - 2)) | 1));  // signaling
    for (size_t i = 0, count = operands.size(); i < count; ++i) {
      operands.push_back(std::bit_cast<T>(std::bit_cast<Bits>(operands[i]) ^
                                          Bits{1} << (8 * sizeof(T) - 1)));
    }
  }
  return operands;
}

template <class T>
struct Pair {
  Array<T> a, b;
};
template <class T>
std::vector<Pair<T>> vector_pairs() {
  std::vector<Pair<T>> pairs;
  const std::vector<T> operands = lane_operands<T>();
  size_t lane = 0;
  for (T a : operands) {
    for (T b : operands) {
      if (lane == 0) pairs.emplace_back();
      pairs.back().a[lane] = a;
      pairs.back().b[lane] = b;
      lane = (lane + 1) % (16 / sizeof(T));
    }
  }
  return pairs;
}

// Comparison of results

bool is_nan(float a) { return (std::bit_cast<uint32_t>(a) & 0x7FFFFFFF) > 0x7F800000; }
bool is_nan(double a) {
  return (std::bit_cast<uint64_t>(a) & 0x7FFFFFFFFFFFFFFF) > 0x7FF0000000000000;
}
bool is_arithmetic(float a) { return (std::bit_cast<uint32_t>(a) & 0x7FC00000) == 0x7FC00000; }
bool is_arithmetic(double a) {
  return (std::bit_cast<uint64_t>(a) & 0x7FF8000000000000) == 0x7FF8000000000000;
}
bool is_canonical(float a) { return (std::bit_cast<uint32_t>(a) & 0x7FFFFFFF) == 0x7FC00000; }
bool is_canonical(double a) {
  return (std::bit_cast<uint64_t>(a) & 0x7FFFFFFFFFFFFFFF) == 0x7FF8000000000000;
}

template <class T>
bool is_other_nan(T a) {
  if constexpr (std::is_floating_point_v<T>) return is_nan(a) && !is_canonical(a);
  return false;
}

/// Exact: the same bits. Otherwise any NaN that the specification allows for the operands will do.
enum class Nan : uint8_t { exact, arithmetic };

template <class Out, class... In>
bool same(Nan nan, Out result, Out expected, In... operands) {
  if constexpr (std::is_floating_point_v<Out>) {
    if (nan == Nan::arithmetic && is_nan(expected)) {
      if constexpr (sizeof...(In) > 0) {
        if (!(is_other_nan(operands) || ...)) return is_canonical(result);
      }
      return is_arithmetic(result);
    }
    using Bits = std::conditional_t<sizeof(Out) == 4, uint32_t, uint64_t>;
    return std::bit_cast<Bits>(result) == std::bit_cast<Bits>(expected);
  } else {
    return result == expected;
  }
}

std::set<std::string>& checked() {
  static std::set<std::string> names;
  return names;
}

/// Lane numbers and values of a wrong result, as text; one check per instruction stays readable.
template <class T>
std::string describe(const Array<T>& lanes) {
  std::string text = "[";
  for (T lane : lanes) {
    text += ' ';
    text += std::to_string(lane);
  }
  text += " ]";
  return text;
}
template <class Out, class In>
std::string describe(const char* name, size_t lane, const Array<Out>& result, const Array<In>& a,
                     const Array<In>& b) {
  return format("%s: lane %zu of %s from %s and %s", name, lane, describe<Out>(result).c_str(),
                describe<In>(a).c_str(), describe<In>(b).c_str());
}

// Each check is made for the version in use and for the portable one.

/// Lane i of the result from lane i of the operands. References are plain functions, so that this
/// is compiled once per type.
template <class In, class Out>
void check_unary(const char* name, V128 (*function)(V128), Nan nan, Out (*reference)(In)) {
  static_assert(sizeof(In) == sizeof(Out));
  checked().insert(name);
  std::string wrong;
  for (const auto& [a, b] : vector_pairs<In>()) {
    const auto result = function(V128(a)).template as<Array<Out>>();
    for (size_t i = 0; i < a.size(); ++i) {
      if (same<Out>(nan, result[i], reference(a[i]), a[i])) continue;
      wrong = describe<Out, In>(name, i, result, a, a);
    }
  }
  CHECK(wrong == "");
}
template <class In, class Out>
void check_binary(const char* name, V128 (*function)(V128, V128), Nan nan,
                  Out (*reference)(In, In)) {
  static_assert(sizeof(In) == sizeof(Out));
  checked().insert(name);
  std::string wrong;
  for (const auto& [a, b] : vector_pairs<In>()) {
    const auto result = function(V128(a), V128(b)).template as<Array<Out>>();
    for (size_t i = 0; i < a.size(); ++i) {
      if (same<Out>(nan, result[i], reference(a[i], b[i]), a[i], b[i])) continue;
      wrong = describe<Out, In>(name, i, result, a, b);
    }
  }
  CHECK(wrong == "");
}

/// Lane i of the result from whole operands: reference(a, b, i).
template <class In, class Out>
void check_lanes(const char* name, V128 (*function)(V128, V128), Nan nan,
                 Out (*reference)(const Array<In>&, const Array<In>&, size_t)) {
  checked().insert(name);
  std::string wrong;
  for (const auto& [a, b] : vector_pairs<In>()) {
    const auto result = function(V128(a), V128(b)).template as<Array<Out>>();
    for (size_t i = 0; i < result.size(); ++i) {
      if (same<Out>(nan, result[i], reference(a, b, i))) continue;
      wrong = describe<Out, In>(name, i, result, a, b);
    }
  }
  CHECK(wrong == "");
}
template <class In, class Out>
void check_lanes(const char* name, V128 (*function)(V128), Nan nan,
                 Out (*reference)(const Array<In>&, size_t)) {
  checked().insert(name);
  std::string wrong;
  for (const auto& [a, b] : vector_pairs<In>()) {
    const auto result = function(V128(a)).template as<Array<Out>>();
    for (size_t i = 0; i < result.size(); ++i) {
      if (same<Out>(nan, result[i], reference(a, i))) continue;
      wrong = describe<Out, In>(name, i, result, a, a);
    }
  }
  CHECK(wrong == "");
}

#define UNARY(name, In, Out, nan, ...)                                   \
  check_unary<In, Out>(#name, &semantics::name, nan,                     \
                       [](In a) -> Out { return __VA_ARGS__; });         \
  check_unary<In, Out>(#name " (portable)", &semantics::portable::name, nan, \
                       [](In a) -> Out { return __VA_ARGS__; })
#define BINARY(name, In, Out, nan, ...)                                   \
  check_binary<In, Out>(#name, &semantics::name, nan,                     \
                        [](In a, In b) -> Out { return __VA_ARGS__; });   \
  check_binary<In, Out>(#name " (portable)", &semantics::portable::name, nan, \
                        [](In a, In b) -> Out { return __VA_ARGS__; })
#define LANES1(name, In, Out, nan, ...)                                                       \
  check_lanes<In, Out>(#name, &semantics::name, nan,                                          \
                       [](const Array<In>& a, size_t i) -> Out { return __VA_ARGS__; });      \
  check_lanes<In, Out>(#name " (portable)", &semantics::portable::name, nan,                  \
                       [](const Array<In>& a, size_t i) -> Out { return __VA_ARGS__; })
#define LANES2(name, In, Out, ...)                                                      \
  check_lanes<In, Out>(#name, &semantics::name, Nan::exact,                             \
                       [](const Array<In>& a, const Array<In>& b, size_t i) -> Out {    \
                         return __VA_ARGS__;                                            \
                       });                                                              \
  check_lanes<In, Out>(#name " (portable)", &semantics::portable::name, Nan::exact,     \
                       [](const Array<In>& a, const Array<In>& b, size_t i) -> Out {    \
                         return __VA_ARGS__;                                            \
                       })

template <class T>
T clamped(int64_t a) {
  return static_cast<T>(std::clamp<int64_t>(a, std::numeric_limits<T>::min(),
                                            std::numeric_limits<T>::max()));
}

// Integers

#define COMPARISONS(shape, S)                                   \
  BINARY(shape##_eq, S, S, Nan::exact, S(a == b ? -1 : 0));     \
  BINARY(shape##_ne, S, S, Nan::exact, S(a == b ? 0 : -1));     \
  BINARY(shape##_lt_s, S, S, Nan::exact, S(a < b ? -1 : 0));    \
  BINARY(shape##_gt_s, S, S, Nan::exact, S(b < a ? -1 : 0));    \
  BINARY(shape##_le_s, S, S, Nan::exact, S(b < a ? 0 : -1));    \
  BINARY(shape##_ge_s, S, S, Nan::exact, S(a < b ? 0 : -1))
#define UNSIGNED_COMPARISONS(shape, U)                          \
  BINARY(shape##_lt_u, U, U, Nan::exact, U(a < b ? -1 : 0));    \
  BINARY(shape##_gt_u, U, U, Nan::exact, U(b < a ? -1 : 0));    \
  BINARY(shape##_le_u, U, U, Nan::exact, U(b < a ? 0 : -1));    \
  BINARY(shape##_ge_u, U, U, Nan::exact, U(a < b ? 0 : -1))

void check_integer_comparisons() {
  COMPARISONS(i8x16, int8_t);
  COMPARISONS(i16x8, int16_t);
  COMPARISONS(i32x4, int32_t);
  COMPARISONS(i64x2, int64_t);
  UNSIGNED_COMPARISONS(i8x16, uint8_t);
  UNSIGNED_COMPARISONS(i16x8, uint16_t);
  UNSIGNED_COMPARISONS(i32x4, uint32_t);
}

#define WRAPPING(shape, S, U)                                                 \
  UNARY(shape##_abs, U, U, Nan::exact, S(a) < 0 ? U(0 - uint64_t{a}) : a);    \
  UNARY(shape##_neg, U, U, Nan::exact, U(0 - uint64_t{a}));                   \
  BINARY(shape##_add, U, U, Nan::exact, U(uint64_t{a} + b));                  \
  BINARY(shape##_sub, U, U, Nan::exact, U(uint64_t{a} - b))
#define SATURATING(shape, S, U)                                                    \
  BINARY(shape##_add_sat_s, S, S, Nan::exact, clamped<S>(int64_t{a} + b));         \
  BINARY(shape##_add_sat_u, U, U, Nan::exact, clamped<U>(int64_t{a} + b));         \
  BINARY(shape##_sub_sat_s, S, S, Nan::exact, clamped<S>(int64_t{a} - b));         \
  BINARY(shape##_sub_sat_u, U, U, Nan::exact, clamped<U>(int64_t{a} - b));         \
  BINARY(shape##_avgr_u, U, U, Nan::exact, U((uint64_t{a} + b + 1) / 2))
#define EXTREMES(shape, S, U)                                     \
  BINARY(shape##_min_s, S, S, Nan::exact, std::min(a, b));        \
  BINARY(shape##_min_u, U, U, Nan::exact, std::min(a, b));        \
  BINARY(shape##_max_s, S, S, Nan::exact, std::max(a, b));        \
  BINARY(shape##_max_u, U, U, Nan::exact, std::max(a, b))

void check_integer_arithmetic() {
  WRAPPING(i8x16, int8_t, uint8_t);
  WRAPPING(i16x8, int16_t, uint16_t);
  WRAPPING(i32x4, int32_t, uint32_t);
  WRAPPING(i64x2, int64_t, uint64_t);
  BINARY(i16x8_mul, uint16_t, uint16_t, Nan::exact, uint16_t(uint64_t{a} * b));
  BINARY(i32x4_mul, uint32_t, uint32_t, Nan::exact, uint32_t(uint64_t{a} * b));
  BINARY(i64x2_mul, uint64_t, uint64_t, Nan::exact, semantics::i64_mul_wide_u(a, b).low);
  SATURATING(i8x16, int8_t, uint8_t);
  SATURATING(i16x8, int16_t, uint16_t);
  EXTREMES(i8x16, int8_t, uint8_t);
  EXTREMES(i16x8, int16_t, uint16_t);
  EXTREMES(i32x4, int32_t, uint32_t);
  UNARY(i8x16_popcnt, uint8_t, uint8_t, Nan::exact, uint8_t(std::popcount(a)));
  BINARY(i16x8_q15mulr_sat_s, int16_t, int16_t, Nan::exact,
         clamped<int16_t>((int64_t{a} * b + 0x4000) >> 15));
}

template <class S, class U, class Shl, class ShrS, class ShrU>
void check_shifts(const char* name, Shl shl, ShrS shr_s, ShrU shr_u) {
  constexpr uint32_t width = 8 * sizeof(U);
  checked().insert(std::string(name) + "_shl");
  checked().insert(std::string(name) + "_shr_s");
  checked().insert(std::string(name) + "_shr_u");
  CAPTURE(std::string(name));
  for (uint32_t count : {0u, 1u, 2u, 5u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 32u, 33u, 63u, 64u, 65u,
                         128u, 0x80000001u, 0xFFFFFFFFu}) {
    CAPTURE(count);
    for (const auto& [a, b] : vector_pairs<U>()) {
      const auto left = shl(V128(a), count).template as<Array<U>>();
      const auto right_s = shr_s(V128(a), count).template as<Array<S>>();
      const auto right_u = shr_u(V128(a), count).template as<Array<U>>();
      for (size_t i = 0; i < a.size(); ++i) {
        U up = a[i], down_u = a[i];
        S down_s = static_cast<S>(a[i]);
        for (uint32_t steps = 0; steps < count % width; ++steps) {  // one bit at a time
          up = static_cast<U>(up + up);
          down_u = static_cast<U>(down_u / 2);
          down_s = static_cast<S>(down_s < 0 ? (down_s - (down_s & 1)) / 2 : down_s / 2);
        }
        const U operand = a[i];
        CAPTURE(operand);
        const bool right = left[i] == up && right_s[i] == down_s && right_u[i] == down_u;
        CHECK(right);
      }
    }
  }
}
#define SHIFTS(shape, S, U)                                                                 \
  check_shifts<S, U>(#shape, &semantics::shape##_shl, &semantics::shape##_shr_s,            \
                     &semantics::shape##_shr_u);                                            \
  check_shifts<S, U>(#shape, &semantics::portable::shape##_shl,                             \
                     &semantics::portable::shape##_shr_s, &semantics::portable::shape##_shr_u)

void check_shifts() {
  SHIFTS(i8x16, int8_t, uint8_t);
  SHIFTS(i16x8, int16_t, uint16_t);
  SHIFTS(i32x4, int32_t, uint32_t);
  SHIFTS(i64x2, int64_t, uint64_t);
}

#define EXTENDS(to, from, SOut, UOut, SIn, UIn, half)                                      \
  LANES1(to##_extend_low_##from##_s, SIn, SOut, Nan::exact, a[i]);                         \
  LANES1(to##_extend_low_##from##_u, UIn, UOut, Nan::exact, a[i]);                         \
  LANES1(to##_extend_high_##from##_s, SIn, SOut, Nan::exact, a[i + (half)]);               \
  LANES1(to##_extend_high_##from##_u, UIn, UOut, Nan::exact, a[i + (half)]);               \
  LANES2(to##_extmul_low_##from##_s, SIn, SOut, SOut(int64_t{a[i]} * b[i]));               \
  LANES2(to##_extmul_low_##from##_u, UIn, UOut, UOut(uint64_t{a[i]} * b[i]));              \
  LANES2(to##_extmul_high_##from##_s, SIn, SOut, SOut(int64_t{a[i + (half)]} * b[i + (half)])); \
  LANES2(to##_extmul_high_##from##_u, UIn, UOut, UOut(uint64_t{a[i + (half)]} * b[i + (half)]))
#define PAIRWISE(to, from, SOut, UOut, SIn, UIn)                                       \
  LANES1(to##_extadd_pairwise_##from##_s, SIn, SOut, Nan::exact,                       \
         SOut(a[2 * i] + a[2 * i + 1]));                                               \
  LANES1(to##_extadd_pairwise_##from##_u, UIn, UOut, Nan::exact, UOut(a[2 * i] + a[2 * i + 1]))
#define NARROWS(to, from, SOut, UOut, SIn, half)                                           \
  LANES2(to##_narrow_##from##_s, SIn, SOut, clamped<SOut>(i < (half) ? a[i] : b[i - (half)])); \
  LANES2(to##_narrow_##from##_u, SIn, UOut, clamped<UOut>(i < (half) ? a[i] : b[i - (half)]))

void check_other_widths() {
  EXTENDS(i16x8, i8x16, int16_t, uint16_t, int8_t, uint8_t, 8);
  EXTENDS(i32x4, i16x8, int32_t, uint32_t, int16_t, uint16_t, 4);
  EXTENDS(i64x2, i32x4, int64_t, uint64_t, int32_t, uint32_t, 2);
  PAIRWISE(i16x8, i8x16, int16_t, uint16_t, int8_t, uint8_t);
  PAIRWISE(i32x4, i16x8, int32_t, uint32_t, int16_t, uint16_t);
  NARROWS(i8x16, i16x8, int8_t, uint8_t, int16_t, 8);
  NARROWS(i16x8, i32x4, int16_t, uint16_t, int32_t, 4);
  LANES2(i32x4_dot_i16x8_s, int16_t, int32_t,
         static_cast<int32_t>(int64_t{a[2 * i]} * b[2 * i] + int64_t{a[2 * i + 1]} * b[2 * i + 1]));
  // The one sum that wraps around.
  const V128 least = Array<int16_t>{-32768, -32768, 1, 1, 2, 3, -32768, 32767};
  const Array<int32_t> expected = {INT32_MIN, 2, 13, 0x40000000 + 0x3FFF0001};
  CHECK(semantics::i32x4_dot_i16x8_s(least, least).as<Array<int32_t>>() == expected);
}

// Floats

#define FLOAT_COMPARISONS(shape, prefix, T, S)                                   \
  BITS_OF_COMPARISON(shape##_eq, T, S, semantics::prefix##_eq(a, b));            \
  BITS_OF_COMPARISON(shape##_ne, T, S, semantics::prefix##_ne(a, b));            \
  BITS_OF_COMPARISON(shape##_lt, T, S, semantics::prefix##_lt(a, b));            \
  BITS_OF_COMPARISON(shape##_gt, T, S, semantics::prefix##_gt(a, b));            \
  BITS_OF_COMPARISON(shape##_le, T, S, semantics::prefix##_le(a, b));            \
  BITS_OF_COMPARISON(shape##_ge, T, S, semantics::prefix##_ge(a, b))
#define BITS_OF_COMPARISON(name, T, S, ...) \
  BINARY(name, T, S, Nan::exact, static_cast<S>(0 - static_cast<S>(__VA_ARGS__)))

/// The scalar functions, which have tests of their own, are the reference for whole vectors.
#define FLOAT_ARITHMETIC(shape, prefix, T)                                         \
  UNARY(shape##_abs, T, T, Nan::exact, semantics::prefix##_abs(a));                \
  UNARY(shape##_neg, T, T, Nan::exact, semantics::prefix##_neg(a));                \
  UNARY(shape##_ceil, T, T, Nan::arithmetic, std::ceil(a));                        \
  UNARY(shape##_floor, T, T, Nan::arithmetic, std::floor(a));                      \
  UNARY(shape##_trunc, T, T, Nan::arithmetic, std::trunc(a));                      \
  UNARY(shape##_nearest, T, T, Nan::arithmetic, std::nearbyint(a));                \
  UNARY(shape##_sqrt, T, T, Nan::arithmetic, std::sqrt(a));                        \
  BINARY(shape##_add, T, T, Nan::arithmetic, a + b);                               \
  BINARY(shape##_sub, T, T, Nan::arithmetic, a - b);                               \
  BINARY(shape##_mul, T, T, Nan::arithmetic, a * b);                               \
  BINARY(shape##_div, T, T, Nan::arithmetic, a / b);                               \
  BINARY(shape##_min, T, T, Nan::arithmetic, semantics::detail::minimum(a, b));    \
  BINARY(shape##_max, T, T, Nan::arithmetic, semantics::detail::maximum(a, b));    \
  BINARY(shape##_pmin, T, T, Nan::exact, b < a ? b : a);                           \
  BINARY(shape##_pmax, T, T, Nan::exact, a < b ? b : a)

void check_floats() {
  FLOAT_COMPARISONS(f32x4, f32, float, int32_t);
  FLOAT_COMPARISONS(f64x2, f64, double, int64_t);
  FLOAT_ARITHMETIC(f32x4, f32, float);
  FLOAT_ARITHMETIC(f64x2, f64, double);
}

/// By a wider type: every int32_t, uint32_t and float is a double.
template <class Int>
Int truncated(double a) {
  if (a != a) return 0;
  const double whole = std::trunc(a);
  if (whole < double{std::numeric_limits<Int>::min()}) return std::numeric_limits<Int>::min();
  if (whole > double{std::numeric_limits<Int>::max()}) return std::numeric_limits<Int>::max();
  return static_cast<Int>(static_cast<int64_t>(whole));
}

void check_conversions() {
  UNARY(i32x4_trunc_sat_f32x4_s, float, int32_t, Nan::exact, truncated<int32_t>(double{a}));
  UNARY(i32x4_trunc_sat_f32x4_u, float, uint32_t, Nan::exact, truncated<uint32_t>(double{a}));
  LANES1(i32x4_trunc_sat_f64x2_s_zero, double, int32_t, Nan::exact,
         i < 2 ? truncated<int32_t>(a[i]) : 0);
  LANES1(i32x4_trunc_sat_f64x2_u_zero, double, uint32_t, Nan::exact,
         i < 2 ? truncated<uint32_t>(a[i]) : 0);
  UNARY(f32x4_convert_i32x4_s, int32_t, float, Nan::exact, static_cast<float>(double(a)));
  UNARY(f32x4_convert_i32x4_u, uint32_t, float, Nan::exact, static_cast<float>(double(a)));
  LANES1(f64x2_convert_low_i32x4_s, int32_t, double, Nan::exact, static_cast<double>(a[i]));
  LANES1(f64x2_convert_low_i32x4_u, uint32_t, double, Nan::exact,
         static_cast<double>(int64_t{a[i]}));
  LANES1(f32x4_demote_f64x2_zero, double, float, Nan::arithmetic,
         i < 2 ? static_cast<float>(a[i]) : 0.0f);
  LANES1(f64x2_promote_low_f32x4, float, double, Nan::arithmetic, static_cast<double>(a[i]));
}

// Bits and lanes

void check_bits() {
  const uint64_t ones = ~uint64_t{0};
  BINARY(v128_and, uint64_t, uint64_t, Nan::exact, a & b);
  BINARY(v128_andnot, uint64_t, uint64_t, Nan::exact, a & ~b);
  BINARY(v128_or, uint64_t, uint64_t, Nan::exact, ~(~a & ~b));
  BINARY(v128_xor, uint64_t, uint64_t, Nan::exact, (a | b) & ~(a & b));
  UNARY(v128_not, uint64_t, uint64_t, Nan::exact, ~uint64_t{0} - a);
  const V128 a = Array<uint64_t>{0x0123456789ABCDEF, ones};
  const V128 b = Array<uint64_t>{0xFEDCBA9876543210, 0};
  const V128 mask = Array<uint64_t>{0xFF00FF00F0F0AAAA, 0x00FF00000000FFFF};
  const Array<uint64_t> selected = {0x01DC459886A498BA, 0x00FF00000000FFFF};
  checked().insert("v128_bitselect");
  CHECK(semantics::v128_bitselect(a, b, mask).as<Array<uint64_t>>() == selected);
}

#define CHECK_TEST(name, vector, expected)                   \
  checked().insert(#name);                                   \
  CHECK(semantics::name(vector) == uint32_t{expected});      \
  CHECK(semantics::portable::name(vector) == uint32_t{expected})

template <class T, class AllTrue, class Bitmask>
void check_tests(const char* name, AllTrue all_true, Bitmask bitmask) {
  checked().insert(std::string(name) + "_all_true");
  checked().insert(std::string(name) + "_bitmask");
  CAPTURE(std::string(name));
  for (const auto& [a, b] : vector_pairs<T>()) {
    uint32_t expected = 0;
    bool all = true;
    for (size_t i = 0; i < a.size(); ++i) {
      expected += (b[i] < 0 ? 1u : 0u) * (1u << i);
      all = all && b[i] != 0;
    }
    CHECK(bitmask(V128(b)) == expected);
    CHECK(all_true(V128(b)) == (all ? 1u : 0u));
  }
  Array<T> lanes;
  lanes.fill(1);
  CHECK(all_true(V128(lanes)) == 1);
  for (size_t i = 0; i < lanes.size(); ++i) {  // one lane at a time
    lanes.fill(1);
    lanes[i] = 0;
    CHECK(all_true(V128(lanes)) == 0);
    lanes[i] = std::numeric_limits<T>::min();
    CHECK(all_true(V128(lanes)) == 1);
    CHECK(bitmask(V128(lanes)) == 1u << i);
  }
}
#define TESTS(shape, T)                                                                  \
  check_tests<T>(#shape, &semantics::shape##_all_true, &semantics::shape##_bitmask);     \
  check_tests<T>(#shape, &semantics::portable::shape##_all_true,                         \
                 &semantics::portable::shape##_bitmask)

void check_tests() {
  TESTS(i8x16, int8_t);
  TESTS(i16x8, int16_t);
  TESTS(i32x4, int32_t);
  TESTS(i64x2, int64_t);
  CHECK_TEST(v128_any_true, V128(Array<uint64_t>{}), 0u);
  for (size_t i = 0; i < 16; ++i) {
    Array<uint8_t> bytes{};
    bytes[i] = static_cast<uint8_t>(1 << (i % 8));
    CHECK_TEST(v128_any_true, V128(bytes), 1u);
  }
}

/// `Scalar` is what stands for a lane outside of vectors.
template <class T, class Scalar, class Splat, class Replace>
void check_lane_access(const char* name, Splat splat_function, Replace replace) {
  checked().insert(std::string(name) + "_splat");
  checked().insert(std::string(name) + "_replace_lane");
  CAPTURE(std::string(name));
  for (const auto& [a, b] : vector_pairs<T>()) {
    // Upper bits of a scalar do not matter.
    Scalar scalar = static_cast<Scalar>(b[0]);
    if constexpr (sizeof(Scalar) > sizeof(T)) scalar = static_cast<Scalar>(scalar ^ 0xABCD0000);
    if constexpr (std::is_floating_point_v<T>) scalar = b[0];
    const auto filled = splat_function(scalar).template as<Array<T>>();
    for (size_t i = 0; i < a.size(); ++i) {
      const bool right = same<T>(Nan::exact, filled[i], b[0]);
      CHECK(right);
      const auto replaced =
          replace(V128(a), scalar, static_cast<LaneIndex>(i)).template as<Array<T>>();
      for (size_t j = 0; j < a.size(); ++j) {
        const bool kept = same<T>(Nan::exact, replaced[j], j == i ? b[0] : a[j]);
        CHECK(kept);
      }
    }
  }
}
template <class T, class Extract>
void check_extract(const char* name, Extract extract) {
  checked().insert(name);
  CAPTURE(std::string(name));
  for (const auto& [a, b] : vector_pairs<T>()) {
    for (size_t i = 0; i < a.size(); ++i) {
      using Result = decltype(extract(V128(a), LaneIndex{0}));
      const bool right = same<Result>(Nan::exact, extract(V128(a), static_cast<LaneIndex>(i)),
                                      static_cast<Result>(a[i]));
      CHECK(right);
    }
  }
}

void check_lane_access() {
  check_lane_access<uint8_t, uint32_t>("i8x16", &semantics::i8x16_splat,
                                       &semantics::i8x16_replace_lane);
  check_lane_access<uint16_t, uint32_t>("i16x8", &semantics::i16x8_splat,
                                        &semantics::i16x8_replace_lane);
  check_lane_access<uint32_t, uint32_t>("i32x4", &semantics::i32x4_splat,
                                        &semantics::i32x4_replace_lane);
  check_lane_access<uint64_t, uint64_t>("i64x2", &semantics::i64x2_splat,
                                        &semantics::i64x2_replace_lane);
  check_lane_access<float, float>("f32x4", &semantics::f32x4_splat, &semantics::f32x4_replace_lane);
  check_lane_access<double, double>("f64x2", &semantics::f64x2_splat,
                                    &semantics::f64x2_replace_lane);
  check_extract<int8_t>("i8x16_extract_lane_s", &semantics::i8x16_extract_lane_s);
  check_extract<uint8_t>("i8x16_extract_lane_u", &semantics::i8x16_extract_lane_u);
  check_extract<int16_t>("i16x8_extract_lane_s", &semantics::i16x8_extract_lane_s);
  check_extract<uint16_t>("i16x8_extract_lane_u", &semantics::i16x8_extract_lane_u);
  check_extract<uint32_t>("i32x4_extract_lane", &semantics::i32x4_extract_lane);
  check_extract<uint64_t>("i64x2_extract_lane", &semantics::i64x2_extract_lane);
  check_extract<float>("f32x4_extract_lane", &semantics::f32x4_extract_lane);
  check_extract<double>("f64x2_extract_lane", &semantics::f64x2_extract_lane);
}

void check_permutations() {
  LANES2(i8x16_swizzle, uint8_t, uint8_t, b[i] < 16 ? a[b[i]] : uint8_t{0});
  checked().insert("i8x16_shuffle");
  Array<uint8_t> a, b, lanes;
  for (uint8_t i = 0; i < 16; ++i) {
    a[i] = static_cast<uint8_t>(0x10 + i);
    b[i] = static_cast<uint8_t>(0xF0 + i);
  }
  for (uint8_t first = 0; first < 32; ++first) {
    for (int step : {0, 1, 3, 16, 31}) {
      for (uint8_t i = 0; i < 16; ++i) lanes[i] = static_cast<uint8_t>((first + i * step) % 32);
      Array<uint8_t> expected;
      for (size_t i = 0; i < 16; ++i) {
        expected[i] = static_cast<uint8_t>(lanes[i] < 16 ? 0x10 + lanes[i] : 0xE0 + lanes[i]);
      }
      const V128 fast = semantics::i8x16_shuffle(V128(a), V128(b), lanes.data());
      CHECK(fast.as<Array<uint8_t>>() == expected);
      const V128 slow = semantics::portable::i8x16_shuffle(V128(a), V128(b), lanes.data());
      CHECK(slow.as<Array<uint8_t>>() == expected);
    }
  }
}

// Relaxed instructions: the choices of the deterministic profile

template <class T>
void check_same(const char* name, V128 (*relaxed)(V128), V128 (*strict)(V128)) {
  checked().insert(name);
  CAPTURE(std::string(name));
  for (const auto& [a, b] : vector_pairs<T>()) {
    const bool right = relaxed(V128(a)).template as<Array<uint64_t>>() ==
                       strict(V128(a)).template as<Array<uint64_t>>();
    CHECK(right);
  }
}
template <class T>
void check_same(const char* name, V128 (*relaxed)(V128, V128), V128 (*strict)(V128, V128)) {
  checked().insert(name);
  CAPTURE(std::string(name));
  for (const auto& [a, b] : vector_pairs<T>()) {
    const bool right = relaxed(V128(a), V128(b)).template as<Array<uint64_t>>() ==
                       strict(V128(a), V128(b)).template as<Array<uint64_t>>();
    CHECK(right);
  }
}
#define RELAXED(name, strict, T) check_same<T>(#name, &semantics::name, &semantics::strict)

template <class T, class Madd>
void check_madd(const char* name, Madd madd, bool negated) {
  checked().insert(name);
  CAPTURE(std::string(name));
  const std::vector<T> addends = lane_operands<T>();
  size_t next = 0;
  for (const auto& [a, b] : vector_pairs<T>()) {
    Array<T> c;
    for (T& lane : c) lane = addends[next++ % addends.size()];
    const auto result = madd(V128(a), V128(b), V128(c)).template as<Array<T>>();
    for (size_t i = 0; i < a.size(); ++i) {
      const volatile T product = (negated ? -a[i] : a[i]) * b[i];  // rounded on its own
      const T expected = product + c[i];
      const bool right = same<T>(Nan::arithmetic, result[i], expected, a[i], b[i], c[i]);
      CHECK(right);
    }
  }
}

void check_relaxed() {
  RELAXED(i8x16_relaxed_swizzle, i8x16_swizzle, uint8_t);
  RELAXED(i32x4_relaxed_trunc_f32x4_s, i32x4_trunc_sat_f32x4_s, float);
  RELAXED(i32x4_relaxed_trunc_f32x4_u, i32x4_trunc_sat_f32x4_u, float);
  RELAXED(i32x4_relaxed_trunc_f64x2_s_zero, i32x4_trunc_sat_f64x2_s_zero, double);
  RELAXED(i32x4_relaxed_trunc_f64x2_u_zero, i32x4_trunc_sat_f64x2_u_zero, double);
  check_binary<float, float>("f32x4_relaxed_min", &semantics::f32x4_relaxed_min, Nan::arithmetic,
                       [](auto a, auto b) { return semantics::detail::minimum(a, b); });
  check_binary<float, float>("f32x4_relaxed_max", &semantics::f32x4_relaxed_max, Nan::arithmetic,
                       [](auto a, auto b) { return semantics::detail::maximum(a, b); });
  check_binary<double, double>("f64x2_relaxed_min", &semantics::f64x2_relaxed_min, Nan::arithmetic,
                       [](auto a, auto b) { return semantics::detail::minimum(a, b); });
  check_binary<double, double>("f64x2_relaxed_max", &semantics::f64x2_relaxed_max, Nan::arithmetic,
                       [](auto a, auto b) { return semantics::detail::maximum(a, b); });
  RELAXED(i16x8_relaxed_q15mulr_s, i16x8_q15mulr_sat_s, int16_t);
  check_madd<float>("f32x4_relaxed_madd", &semantics::f32x4_relaxed_madd, false);
  check_madd<float>("f32x4_relaxed_nmadd", &semantics::f32x4_relaxed_nmadd, true);
  check_madd<double>("f64x2_relaxed_madd", &semantics::f64x2_relaxed_madd, false);
  check_madd<double>("f64x2_relaxed_nmadd", &semantics::f64x2_relaxed_nmadd, true);
  for (const auto& [name, select] :
       {std::pair{"i8x16_relaxed_laneselect", &semantics::i8x16_relaxed_laneselect},
        std::pair{"i16x8_relaxed_laneselect", &semantics::i16x8_relaxed_laneselect},
        std::pair{"i32x4_relaxed_laneselect", &semantics::i32x4_relaxed_laneselect},
        std::pair{"i64x2_relaxed_laneselect", &semantics::i64x2_relaxed_laneselect}}) {
    checked().insert(name);
    for (const auto& [a, mask] : vector_pairs<uint64_t>()) {
      const V128 b = Array<uint64_t>{0x0123456789ABCDEF, 0x55AA55AA00FF00FF};
      const Array<uint64_t> bits = b.as<Array<uint64_t>>();
      const Array<uint64_t> expected = {(a[0] & mask[0]) | (bits[0] & ~mask[0]),
                                        (a[1] & mask[1]) | (bits[1] & ~mask[1])};
      CHECK(select(V128(a), b, V128(mask)).as<Array<uint64_t>>() == expected);
    }
  }
  checked().insert("i16x8_relaxed_dot_i8x16_i7x16_s");
  checked().insert("i32x4_relaxed_dot_i8x16_i7x16_add_s");
  for (const auto& [a, b] : vector_pairs<int8_t>()) {
    const V128 c = Array<uint32_t>{0, 1, 0x7FFFFFFF, 0xFFFFFFFF};
    const auto pairs = semantics::i16x8_relaxed_dot_i8x16_i7x16_s(V128(a), V128(b));
    const auto sums = semantics::i32x4_relaxed_dot_i8x16_i7x16_add_s(V128(a), V128(b), c);
    Array<int16_t> expected;
    for (size_t i = 0; i < 8; ++i) {
      expected[i] = static_cast<int16_t>(a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1]);
    }
    CHECK(pairs.as<Array<int16_t>>() == expected);
    Array<uint32_t> expected_sums = c.as<Array<uint32_t>>();
    for (size_t i = 0; i < 4; ++i) {
      expected_sums[i] += static_cast<uint32_t>(expected[2 * i] + expected[2 * i + 1]);
    }
    CHECK(sums.as<Array<uint32_t>>() == expected_sums);
  }
}

TEST_CASE("every vector instruction, lane by lane") {
  check_integer_comparisons();
  check_integer_arithmetic();
  check_shifts();
  check_other_widths();
  check_floats();
  check_conversions();
  check_bits();
  check_tests();
  check_lane_access();
  check_permutations();
  check_relaxed();
  const char* names[] = {
#define SIMD_UNARY(code, name, text, feature) #name,
#define SIMD_BINARY SIMD_UNARY
#define SIMD_TERNARY SIMD_UNARY
#define SIMD_SHIFT SIMD_UNARY
#define SIMD_TEST SIMD_UNARY
#define SIMD_SHUFFLE SIMD_UNARY
#define SIMD_SPLAT(code, name, text, type, feature) #name,
#define SIMD_EXTRACT SIMD_SPLAT
#define SIMD_REPLACE SIMD_SPLAT
#include "wasm/opcodes.def"
  };
  for (const std::string name : names) {
    CAPTURE(std::string(name));
    CHECK(checked().contains(name));
  }
}

TEST_CASE("vectors in memory") {
  alignas(16) uint8_t frame[64] = {};
  for (uint8_t i = 0; i < 64; ++i) frame[i] = i;
  // Slots are aligned to 8 bytes only; the result may overlap an operand.
  OnVectors<&semantics::i8x16_add>::call(frame + 8, frame + 8, frame + 24, nullptr);
  CHECK(frame[7] == 7);
  CHECK(frame[8] == 8 + 24);
  CHECK(frame[23] == 23 + 39);
  CHECK(frame[24] == 24);

  const Slot count = 0x100000009;  // an i32 is the low half of its slot
  OnVectors<&semantics::i8x16_shl>::call(frame, frame + 24, &count, nullptr);
  CHECK(frame[0] == 48);
  CHECK(frame[15] == 78);

  const LaneIndex lane = 3;
  Slot result = ~Slot{0};
  const V128 minus = Array<int8_t>{1, 2, 3, -4, 5};
  OnVectors<&semantics::i8x16_extract_lane_s>::call(&result, &minus, &lane, nullptr);
  CHECK(result == 0xFFFFFFFC);

  const Slot value = to_slot(-2.5);
  V128 replaced;
  const LaneIndex upper = 1;
  OnVectors<&semantics::f64x2_replace_lane>::call(&replaced, &minus, &value, &upper);
  CHECK(replaced.as<Array<double>>()[1] == -2.5);
  CHECK(replaced.as<Array<uint64_t>>()[0] == minus.as<Array<uint64_t>>()[0]);

  const uint8_t lanes[16] = {31, 0, 16, 3};
  V128 shuffled;
  OnVectors<&semantics::i8x16_shuffle>::call(&shuffled, &minus, frame + 24, lanes);
  const Array<uint8_t> bytes = shuffled.as<Array<uint8_t>>();
  CHECK(bytes[0] == 39);
  CHECK(bytes[1] == 1);
  CHECK(bytes[2] == 24);
  CHECK(bytes[3] == 0xFC);
}

}  // namespace
}  // namespace zwasm
