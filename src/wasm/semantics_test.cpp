// Scalar instructions on boundary operands, against formulations that share nothing with the
// implementation: 128-bit integers, wider floats, the C library's rounding, and tables.
#include "wasm/semantics.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "wasm/opcode.hpp"
#include "wasm/slots.hpp"

namespace zwasm {
namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;
#if defined(__x86_64__)
__extension__ using Quad = __float128;
#else
using Quad = long double;
static_assert(std::numeric_limits<Quad>::digits == 113);
#endif

// Integers

template <class U>
std::vector<U> integer_operands() {
  constexpr U top = U{1} << (8 * sizeof(U) - 1);
  std::vector<U> operands = {0, 1, 2, 3, 7, 10, 31, 32, 33, 63, 64, 65, 0x7F, 0x80, 0xFF, 0x7FFF,
                             0x8000, 0xFFFF, 0x12345678, top - 1, top, top + 1, top | 0xFF};
  const size_t count = operands.size();
  for (size_t i = 0; i < count; ++i) operands.push_back(~operands[i]);
  if constexpr (sizeof(U) == 8) {
    for (uint64_t word : {0x7FFFFFFFull, 0x80000000ull, 0xFFFFFFFFull, 0x100000000ull,
                          0xFEDCBA9876543210ull}) {
      operands.push_back(word);
    }
  }
  return operands;
}

// The functions of one width under names that do not depend on it.
#define INTEGER_FUNCTIONS(type)                              \
  static constexpr auto eqz = &semantics::type##_eqz;        \
  static constexpr auto eq = &semantics::type##_eq;          \
  static constexpr auto ne = &semantics::type##_ne;          \
  static constexpr auto lt_s = &semantics::type##_lt_s;      \
  static constexpr auto lt_u = &semantics::type##_lt_u;      \
  static constexpr auto gt_s = &semantics::type##_gt_s;      \
  static constexpr auto gt_u = &semantics::type##_gt_u;      \
  static constexpr auto le_s = &semantics::type##_le_s;      \
  static constexpr auto le_u = &semantics::type##_le_u;      \
  static constexpr auto ge_s = &semantics::type##_ge_s;      \
  static constexpr auto ge_u = &semantics::type##_ge_u;      \
  static constexpr auto clz = &semantics::type##_clz;        \
  static constexpr auto ctz = &semantics::type##_ctz;        \
  static constexpr auto popcnt = &semantics::type##_popcnt;  \
  static constexpr auto add = &semantics::type##_add;        \
  static constexpr auto sub = &semantics::type##_sub;        \
  static constexpr auto mul = &semantics::type##_mul;        \
  static constexpr auto div_s = &semantics::type##_div_s;    \
  static constexpr auto div_u = &semantics::type##_div_u;    \
  static constexpr auto rem_s = &semantics::type##_rem_s;    \
  static constexpr auto rem_u = &semantics::type##_rem_u;    \
  static constexpr auto and_ = &semantics::type##_and;       \
  static constexpr auto or_ = &semantics::type##_or;         \
  static constexpr auto xor_ = &semantics::type##_xor;       \
  static constexpr auto shl = &semantics::type##_shl;        \
  static constexpr auto shr_s = &semantics::type##_shr_s;    \
  static constexpr auto shr_u = &semantics::type##_shr_u;    \
  static constexpr auto rotl = &semantics::type##_rotl;      \
  static constexpr auto rotr = &semantics::type##_rotr;      \
  static constexpr auto extend8 = &semantics::type##_extend8_s; \
  static constexpr auto extend16 = &semantics::type##_extend16_s;

struct I32 {
  using U = uint32_t;
  using S = int32_t;
  INTEGER_FUNCTIONS(i32)
};
struct I64 {
  using U = uint64_t;
  using S = int64_t;
  INTEGER_FUNCTIONS(i64)
};

template <class U>
unsigned bit(U a, unsigned i) {
  return static_cast<unsigned>(a >> i) & 1;
}

TEST_CASE_TEMPLATE("integer comparisons", I, I32, I64) {
  using U = typename I::U;
  using S = typename I::S;
  const std::vector<U> operands = integer_operands<U>();
  for (U a : operands) {
    CAPTURE(a);
    CHECK(I::eqz(a) == (a ? 0u : 1u));
    for (U b : operands) {
      CAPTURE(b);
      const Int128 ua = a, ub = b, sa = static_cast<S>(a), sb = static_cast<S>(b);
      const S x = static_cast<S>(a), y = static_cast<S>(b);
      CHECK(I::eq(a, b) == (ua - ub == 0 ? 1u : 0u));
      CHECK(I::ne(a, b) == (ua - ub == 0 ? 0u : 1u));
      CHECK(I::lt_s(x, y) == (sa - sb < 0 ? 1u : 0u));
      CHECK(I::lt_u(a, b) == (ua - ub < 0 ? 1u : 0u));
      CHECK(I::gt_s(x, y) == (sa - sb > 0 ? 1u : 0u));
      CHECK(I::gt_u(a, b) == (ua - ub > 0 ? 1u : 0u));
      CHECK(I::le_s(x, y) == (sa - sb > 0 ? 0u : 1u));
      CHECK(I::le_u(a, b) == (ua - ub > 0 ? 0u : 1u));
      CHECK(I::ge_s(x, y) == (sa - sb < 0 ? 0u : 1u));
      CHECK(I::ge_u(a, b) == (ua - ub < 0 ? 0u : 1u));
    }
  }
}

TEST_CASE_TEMPLATE("integer arithmetic", I, I32, I64) {
  using U = typename I::U;
  using S = typename I::S;
  constexpr unsigned width = 8 * sizeof(U);
  const std::vector<U> operands = integer_operands<U>();
  for (U a : operands) {
    CAPTURE(a);
    unsigned ones = 0, leading = width, trailing = width;
    for (unsigned i = 0; i < width; ++i) {
      ones += bit(a, i);
      if (bit(a, i)) leading = width - 1 - i;
      if (bit(a, width - 1 - i)) trailing = width - 1 - i;
    }
    CHECK(I::popcnt(a) == ones);
    CHECK(I::clz(a) == leading);
    CHECK(I::ctz(a) == trailing);
    CHECK(I::extend8(a) == static_cast<S>((a & 0xFF) ^ 0x80) - 0x80);
    CHECK(I::extend16(a) == static_cast<S>((a & 0xFFFF) ^ 0x8000) - 0x8000);
    for (U b : operands) {
      CAPTURE(b);
      const Uint128 ua = a, ub = b;
      const Int128 sa = static_cast<S>(a);
      CHECK(I::add(a, b) == static_cast<U>(ua + ub));
      CHECK(I::sub(a, b) == static_cast<U>(ua - ub));
      CHECK(I::mul(a, b) == static_cast<U>(ua * ub));
      const unsigned count = static_cast<unsigned>(b % width);
      U conjunction = 0, disjunction = 0, difference = 0, left = 0, right = 0;
      for (unsigned i = 0; i < width; ++i) {
        conjunction |= U{bit(a, i) * bit(b, i)} << i;
        disjunction |= U{bit(a, i) + bit(b, i) > 0} << i;
        difference |= U{bit(a, i) != bit(b, i)} << i;
        left |= U{bit(a, i)} << ((i + count) % width);
        right |= U{bit(a, i)} << ((i + width - count) % width);
      }
      CHECK(I::and_(a, b) == conjunction);
      CHECK(I::or_(a, b) == disjunction);
      CHECK(I::xor_(a, b) == difference);
      CHECK(I::rotl(a, b) == left);
      CHECK(I::rotr(a, b) == right);
      CHECK(I::shl(a, b) == static_cast<U>(ua << count));
      CHECK(I::shr_u(a, b) == static_cast<U>(ua >> count));
      CHECK(I::shr_s(static_cast<S>(a), b) == static_cast<S>(sa >> count));
    }
  }
}

TEST_CASE_TEMPLATE("integer division", I, I32, I64) {
  using U = typename I::U;
  using S = typename I::S;
  const std::vector<U> operands = integer_operands<U>();
  for (U a : operands) {
    for (U b : operands) {
      CAPTURE(a);
      CAPTURE(b);
      const S x = static_cast<S>(a), y = static_cast<S>(b);
      if (b == 0) {
        CHECK(I::div_s(x, y).trap == TrapKind::integer_divide_by_zero);
        CHECK(I::div_u(a, b).trap == TrapKind::integer_divide_by_zero);
        CHECK(I::rem_s(x, y).trap == TrapKind::integer_divide_by_zero);
        CHECK(I::rem_u(a, b).trap == TrapKind::integer_divide_by_zero);
        continue;
      }
      const Int128 quotient = Int128{x} / y;
      if (quotient > std::numeric_limits<S>::max()) {
        CHECK(I::div_s(x, y).trap == TrapKind::integer_overflow);
      } else {
        CHECK(I::div_s(x, y).trap == TrapKind::none);
        CHECK(I::div_s(x, y).value == static_cast<S>(quotient));
      }
      CHECK(I::rem_s(x, y).trap == TrapKind::none);
      CHECK(I::rem_s(x, y).value == static_cast<S>(Int128{x} - quotient * y));
      CHECK(I::div_u(a, b).trap == TrapKind::none);
      CHECK(I::div_u(a, b).value == static_cast<U>(Uint128{a} / b));
      CHECK(I::rem_u(a, b).trap == TrapKind::none);
      CHECK(I::rem_u(a, b).value == static_cast<U>(Uint128{a} - Uint128{a} / b * b));
    }
  }
}

TEST_CASE("wide arithmetic, in 32-bit limbs") {
  const auto limbs = [](uint64_t low, uint64_t high) {
    return std::vector<uint64_t>{low & 0xFFFFFFFF, low >> 32, high & 0xFFFFFFFF, high >> 32};
  };
  const auto normalize = [](std::vector<uint64_t> sums) {
    for (size_t i = 0; i + 1 < sums.size(); ++i) sums[i + 1] += sums[i] >> 32;
    for (uint64_t& limb : sums) limb &= 0xFFFFFFFF;
    return semantics::Wide{sums[0] | sums[1] << 32, sums[2] | sums[3] << 32};
  };
  const auto add = [&](uint64_t al, uint64_t ah, uint64_t bl, uint64_t bh) {
    std::vector<uint64_t> sums = limbs(al, ah);
    for (size_t i = 0; i < 4; ++i) sums[i] += limbs(bl, bh)[i];
    return normalize(sums);
  };
  const auto negate = [&](semantics::Wide a) { return add(~a.low, ~a.high, 1, 0); };
  const auto multiply = [&](uint64_t a, uint64_t b) {
    semantics::Wide sum{0, 0};
    for (unsigned i = 0; i < 64; ++i) {
      if (bit(b, i)) sum = add(sum.low, sum.high, a << i, i ? a >> (64 - i) : 0);
    }
    return sum;
  };
  const auto same = [](semantics::Wide a, semantics::Wide b) {
    return a.low == b.low && a.high == b.high;
  };
  for (uint64_t a : integer_operands<uint64_t>()) {
    for (uint64_t b : integer_operands<uint64_t>()) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK(same(semantics::i64_mul_wide_u(a, b), multiply(a, b)));
      const bool negative = (a ^ b) >> 63;
      const semantics::Wide product = multiply(a >> 63 ? 0 - a : a, b >> 63 ? 0 - b : b);
      CHECK(same(semantics::i64_mul_wide_s(static_cast<int64_t>(a), static_cast<int64_t>(b)),
                 negative ? negate(product) : product));
      for (uint64_t c : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 63, ~uint64_t{0}}) {
        CAPTURE(c);
        CHECK(same(semantics::i64_add128(a, c, b, ~a), add(a, c, b, ~a)));
        const semantics::Wide minus = negate({b, ~a});
        CHECK(same(semantics::i64_sub128(a, c, b, ~a), add(a, c, minus.low, minus.high)));
      }
    }
  }
}

// Floats

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
template <class T>
Bits<T> bits(T a) {
  return std::bit_cast<Bits<T>>(a);
}
template <class T>
constexpr Bits<T> sign_mask = Bits<T>{1} << (8 * sizeof(T) - 1);
template <class T>
constexpr Bits<T> quiet_bit = Bits<T>{1} << (std::numeric_limits<T>::digits - 2);
template <class T>
constexpr Bits<T> canonical_nan = sizeof(T) == 4 ? 0x7FC00000
                                                 : static_cast<Bits<T>>(0x7FF8000000000000);

template <class T>
std::vector<T> float_operands() {
  using L = std::numeric_limits<T>;
  std::vector<T> operands = {0, L::denorm_min(), L::min() - L::denorm_min(), L::min(), T(0.1),
                             T(0.25), T(0.5), 1, T(1.5), 2, T(2.5), T(3.5), 3, T(4.5), 42, 100.75,
                             L::max(), L::infinity()};
  for (int exponent : {22, 23, 31, 32, 51, 52, 63, 64}) {
    const T power = std::ldexp(T(1), exponent);
    for (T offset : {T(0), T(0.5), T(1)}) {
      operands.push_back(power + offset);
      operands.push_back(power - offset);
    }
  }
  for (size_t i = 0, count = operands.size(); i < count; ++i) {
    operands.push_back(std::nextafter(operands[i], L::infinity()));
    operands.push_back(std::nextafter(operands[i], T(0)));
  }
  for (Bits<T> payload : {Bits<T>(0), Bits<T>(1), Bits<T>(0x1234)}) {
    operands.push_back(std::bit_cast<T>(canonical_nan<T> | payload));
    if (payload) {  // signaling
      operands.push_back(std::bit_cast<T>((canonical_nan<T> ^ quiet_bit<T>) | payload));
    }
  }
  for (size_t i = 0, count = operands.size(); i < count; ++i) {
    operands.push_back(std::bit_cast<T>(bits(operands[i]) ^ sign_mask<T>));
  }
  return operands;
}

template <class T>
bool is_nan(T a) {
  return (bits(a) & ~sign_mask<T>) > (canonical_nan<T> ^ quiet_bit<T>);
}
template <class T>
bool is_canonical(T a) {
  return (bits(a) & ~sign_mask<T>) == canonical_nan<T>;
}

/// Whether a result is the expected one: the same bits, or, for a NaN, one that the specification
/// allows: quiet, and canonical unless an operand is a NaN that is not.
template <class T, class... Operand>
bool matches(T result, T expected, Operand... operands) {
  if (!is_nan(expected)) return bits(result) == bits(expected);
  const bool others = ((is_nan(operands) && !is_canonical(operands)) || ...);
  if (!others) return is_canonical(result);
  return is_nan(result) && (bits(result) & quiet_bit<T>);
}

#define FLOAT_FUNCTIONS(type)                                   \
  static constexpr auto eq = &semantics::type##_eq;             \
  static constexpr auto ne = &semantics::type##_ne;             \
  static constexpr auto lt = &semantics::type##_lt;             \
  static constexpr auto gt = &semantics::type##_gt;             \
  static constexpr auto le = &semantics::type##_le;             \
  static constexpr auto ge = &semantics::type##_ge;             \
  static constexpr auto abs = &semantics::type##_abs;           \
  static constexpr auto neg = &semantics::type##_neg;           \
  static constexpr auto ceil = &semantics::type##_ceil;         \
  static constexpr auto floor = &semantics::type##_floor;       \
  static constexpr auto trunc = &semantics::type##_trunc;       \
  static constexpr auto nearest = &semantics::type##_nearest;   \
  static constexpr auto sqrt = &semantics::type##_sqrt;         \
  static constexpr auto add = &semantics::type##_add;           \
  static constexpr auto sub = &semantics::type##_sub;           \
  static constexpr auto mul = &semantics::type##_mul;           \
  static constexpr auto div = &semantics::type##_div;           \
  static constexpr auto min = &semantics::type##_min;           \
  static constexpr auto max = &semantics::type##_max;           \
  static constexpr auto copysign = &semantics::type##_copysign; \
  static constexpr auto i32_trunc_s = &semantics::i32_trunc_##type##_s; \
  static constexpr auto i32_trunc_u = &semantics::i32_trunc_##type##_u; \
  static constexpr auto i64_trunc_s = &semantics::i64_trunc_##type##_s; \
  static constexpr auto i64_trunc_u = &semantics::i64_trunc_##type##_u; \
  static constexpr auto i32_trunc_sat_s = &semantics::i32_trunc_sat_##type##_s; \
  static constexpr auto i32_trunc_sat_u = &semantics::i32_trunc_sat_##type##_u; \
  static constexpr auto i64_trunc_sat_s = &semantics::i64_trunc_sat_##type##_s; \
  static constexpr auto i64_trunc_sat_u = &semantics::i64_trunc_sat_##type##_u; \
  static constexpr auto convert_i32_s = &semantics::type##_convert_i32_s; \
  static constexpr auto convert_i32_u = &semantics::type##_convert_i32_u; \
  static constexpr auto convert_i64_s = &semantics::type##_convert_i64_s; \
  static constexpr auto convert_i64_u = &semantics::type##_convert_i64_u;

struct F32 {
  using T = float;
  using Wider = double;
  FLOAT_FUNCTIONS(f32)
};
struct F64 {
  using T = double;
  using Wider = Quad;
  FLOAT_FUNCTIONS(f64)
};

/// -1, 0, 1, or 2 if unordered; from the bits as a sign and a magnitude.
template <class T>
int order(T a, T b) {
  if (is_nan(a) || is_nan(b)) return 2;
  const auto key = [](T x) {
    const auto magnitude = static_cast<int64_t>(bits(x) & ~sign_mask<T>);
    return bits(x) & sign_mask<T> ? -magnitude : magnitude;
  };
  return key(a) < key(b) ? -1 : key(a) > key(b);
}

TEST_CASE_TEMPLATE("float comparisons", F, F32, F64) {
  using T = typename F::T;
  const std::vector<T> operands = float_operands<T>();
  for (T a : operands) {
    for (T b : operands) {
      const int relation = order(a, b);
      CAPTURE(bits(a));
      CAPTURE(bits(b));
      const bool all = F::eq(a, b) == (relation == 0 ? 1u : 0u) &&
                       F::ne(a, b) == (relation != 0 ? 1u : 0u) &&
                       F::lt(a, b) == (relation == -1 ? 1u : 0u) &&
                       F::gt(a, b) == (relation == 1 ? 1u : 0u) &&
                       F::le(a, b) == (relation <= 0 ? 1u : 0u) &&
                       F::ge(a, b) == (relation == 0 || relation == 1 ? 1u : 0u);
      CHECK(all);
    }
  }
}

TEST_CASE_TEMPLATE("sign operations keep every other bit", F, F32, F64) {
  using T = typename F::T;
  for (T a : float_operands<T>()) {
    CAPTURE(bits(a));
    CHECK(bits(F::abs(a)) == (bits(a) & ~sign_mask<T>));
    CHECK(bits(F::neg(a)) == (bits(a) ^ sign_mask<T>));
    for (T b : {T(1), T(-0.0), T(0), std::bit_cast<T>(canonical_nan<T> | sign_mask<T>)}) {
      const Bits<T> expected = (bits(a) & ~sign_mask<T>) | (bits(b) & sign_mask<T>);
      CHECK(bits(F::copysign(a, b)) == expected);
    }
  }
}

TEST_CASE_TEMPLATE("rounding, against the C library", F, F32, F64) {
  using T = typename F::T;
  for (T a : float_operands<T>()) {
    CAPTURE(bits(a));
    CHECK(matches(F::ceil(a), std::ceil(a), a));
    CHECK(matches(F::floor(a), std::floor(a), a));
    CHECK(matches(F::trunc(a), std::trunc(a), a));
    CHECK(matches(F::nearest(a), std::nearbyint(a), a));
  }
}

TEST_CASE_TEMPLATE("rounding, by table", F, F32, F64) {
  using T = typename F::T;
  struct Row {
    T operand, ceil, floor, trunc, nearest;
  };
  const T largest_fraction = std::ldexp(T(1), std::numeric_limits<T>::digits - 1) - T(0.5);
  const Row rows[] = {
      {T(0.0), T(0.0), T(0.0), T(0.0), T(0.0)},
      {T(-0.0), T(-0.0), T(-0.0), T(-0.0), T(-0.0)},
      {T(0.5), T(1.0), T(0.0), T(0.0), T(0.0)},
      {T(-0.5), T(-0.0), T(-1.0), T(-0.0), T(-0.0)},
      {T(0.75), T(1.0), T(0.0), T(0.0), T(1.0)},
      {T(-0.75), T(-0.0), T(-1.0), T(-0.0), T(-1.0)},
      {T(1.5), T(2.0), T(1.0), T(1.0), T(2.0)},
      {T(-1.5), T(-1.0), T(-2.0), T(-1.0), T(-2.0)},
      {T(2.5), T(3.0), T(2.0), T(2.0), T(2.0)},
      {T(-2.5), T(-2.0), T(-3.0), T(-2.0), T(-2.0)},
      {T(7.0), T(7.0), T(7.0), T(7.0), T(7.0)},
      {largest_fraction, largest_fraction + T(0.5), largest_fraction - T(0.5),
       largest_fraction - T(0.5), largest_fraction + T(0.5)},
      {-largest_fraction, T(0.5) - largest_fraction, -largest_fraction - T(0.5),
       T(0.5) - largest_fraction, -largest_fraction - T(0.5)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.operand);
    CHECK(bits(F::ceil(row.operand)) == bits(row.ceil));
    CHECK(bits(F::floor(row.operand)) == bits(row.floor));
    CHECK(bits(F::trunc(row.operand)) == bits(row.trunc));
    CHECK(bits(F::nearest(row.operand)) == bits(row.nearest));
  }
}

TEST_CASE_TEMPLATE("float arithmetic, rounded once from a wider type", F, F32, F64) {
  // A type of more than twice the precision makes the second rounding exact.
  using T = typename F::T;
  using Wider = typename F::Wider;
  const std::vector<T> operands = float_operands<T>();
  for (T a : operands) {
    for (T b : operands) {
      CAPTURE(bits(a));
      CAPTURE(bits(b));
      const Wider x = a, y = b;
      const bool all = matches(F::add(a, b), static_cast<T>(x + y), a, b) &&
                       matches(F::sub(a, b), static_cast<T>(x - y), a, b) &&
                       matches(F::mul(a, b), static_cast<T>(x * y), a, b) &&
                       matches(F::div(a, b), static_cast<T>(x / y), a, b);
      CHECK(all);
    }
  }
}

TEST_CASE_TEMPLATE("square root", F, F32, F64) {
  using T = typename F::T;
  using Wider = typename F::Wider;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (T a : float_operands<T>()) {
    CAPTURE(bits(a));
    const T root = F::sqrt(a);
    if (is_nan(a) || a < 0) {
      CHECK(matches(root, nan, a));
    } else if (a == 0 || a == std::numeric_limits<T>::infinity()) {
      CHECK(bits(root) == bits(a));
    } else {
      // The exact root lies between the midpoints to both neighbours, whose squares are exact.
      const Wider below = (Wider{root} + Wider{std::nextafter(root, T(0))}) / 2;
      const Wider above =
          (Wider{root} + Wider{std::nextafter(root, std::numeric_limits<T>::infinity())}) / 2;
      CHECK(below * below <= Wider{a});
      CHECK(above * above >= Wider{a});
    }
  }
}

TEST_CASE_TEMPLATE("minimum and maximum", F, F32, F64) {
  using T = typename F::T;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const std::vector<T> operands = float_operands<T>();
  for (T a : operands) {
    for (T b : operands) {
      CAPTURE(bits(a));
      CAPTURE(bits(b));
      T least = nan, greatest = nan;
      switch (order(a, b)) {
        case -1: least = a, greatest = b; break;
        case 1: least = b, greatest = a; break;
        case 0:  // the same, or zeroes
          least = std::signbit(a) ? a : b;
          greatest = std::signbit(a) ? b : a;
          break;
      }
      const bool both =
          matches(F::min(a, b), least, a, b) && matches(F::max(a, b), greatest, a, b);
      CHECK(both);
    }
  }
}

// Conversions

template <class Int, class T>
void check_trunc(T a, semantics::OrTrap<Int> result, Int saturated) {
  CAPTURE(bits(a));
  using L = std::numeric_limits<Int>;
  const long double whole = std::trunc(static_cast<long double>(a));
  if (is_nan(a)) {
    CHECK(result.trap == TrapKind::invalid_conversion_to_integer);
    CHECK(saturated == 0);
  } else if (whole < static_cast<long double>(L::min())) {
    CHECK(result.trap == TrapKind::integer_overflow);
    CHECK(saturated == L::min());
  } else if (whole > static_cast<long double>(L::max())) {
    CHECK(result.trap == TrapKind::integer_overflow);
    CHECK(saturated == L::max());
  } else {
    CHECK(result.trap == TrapKind::none);
    CHECK(static_cast<long double>(result.value) == whole);
    CHECK(saturated == result.value);
  }
}

TEST_CASE_TEMPLATE("truncation to integers", F, F32, F64) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  for (typename F::T a : float_operands<typename F::T>()) {
    check_trunc<int32_t>(a, F::i32_trunc_s(a), F::i32_trunc_sat_s(a));
    check_trunc<uint32_t>(a, F::i32_trunc_u(a), F::i32_trunc_sat_u(a));
    check_trunc<int64_t>(a, F::i64_trunc_s(a), F::i64_trunc_sat_s(a));
    check_trunc<uint64_t>(a, F::i64_trunc_u(a), F::i64_trunc_sat_u(a));
  }
}

TEST_CASE("truncation at the bounds, by table") {
  CHECK(semantics::i32_trunc_f32_s(-2147483648.0f).value == INT32_MIN);
  CHECK(semantics::i32_trunc_f32_s(2147483520.0f).value == 2147483520);
  CHECK(semantics::i32_trunc_f32_s(2147483648.0f).trap == TrapKind::integer_overflow);
  CHECK(semantics::i32_trunc_f32_s(-2147483904.0f).trap == TrapKind::integer_overflow);
  CHECK(semantics::i32_trunc_f64_s(-2147483648.9).value == INT32_MIN);
  CHECK(semantics::i32_trunc_f64_s(-2147483649.0).trap == TrapKind::integer_overflow);
  CHECK(semantics::i32_trunc_f64_s(2147483647.9).value == INT32_MAX);
  CHECK(semantics::i32_trunc_f64_u(-0.9).value == 0);
  CHECK(semantics::i32_trunc_f64_u(-1.0).trap == TrapKind::integer_overflow);
  CHECK(semantics::i32_trunc_f64_u(4294967295.9).value == UINT32_MAX);
  CHECK(semantics::i32_trunc_f32_u(4294967296.0f).trap == TrapKind::integer_overflow);
  CHECK(semantics::i64_trunc_f64_s(-0x1p63).value == INT64_MIN);
  CHECK(semantics::i64_trunc_f64_s(-0x1.0000000000001p63).trap == TrapKind::integer_overflow);
  CHECK(semantics::i64_trunc_f32_s(-0x1p63f).value == INT64_MIN);
  CHECK(semantics::i64_trunc_f32_s(-0x1.000002p63f).trap == TrapKind::integer_overflow);
  CHECK(semantics::i64_trunc_f32_u(0x1.fffffep63f).value == 0xFFFFFF0000000000);
  CHECK(semantics::i64_trunc_f64_u(0x1p64).trap == TrapKind::integer_overflow);
}

TEST_CASE_TEMPLATE("conversion of integers", F, F32, F64) {
  using T = typename F::T;
  for (uint32_t a : integer_operands<uint32_t>()) {
    CAPTURE(a);
    CHECK(F::convert_i32_u(a) == static_cast<T>(Quad(a)));
    const auto s = static_cast<int32_t>(a);
    CHECK(F::convert_i32_s(s) == static_cast<T>(Quad(s)));
  }
  std::vector<uint64_t> operands = integer_operands<uint64_t>();
  for (unsigned shift : {24u, 53u, 62u, 63u}) {  // ties, and their neighbours, to either side
    for (uint64_t low = 0; low < 4; ++low) {
      const uint64_t word = uint64_t{1} << shift | low << (shift - 24) | low << (shift / 2);
      operands.insert(operands.end(), {word, word - 1, word + 1});
    }
    operands.push_back((uint64_t{1} << shift) + (uint64_t{1} << (shift - 24)));
    operands.push_back((uint64_t{1} << shift) + (uint64_t{1} << (shift - 24)) + 1);
    operands.push_back((uint64_t{1} << shift) + (uint64_t{3} << (shift - 24)));
  }
  for (uint64_t a : operands) {
    CAPTURE(a);
    CHECK(F::convert_i64_u(a) == static_cast<T>(Quad(a)));
    const auto s = static_cast<int64_t>(a);
    CHECK(F::convert_i64_s(s) == static_cast<T>(Quad(s)));
  }
}

TEST_CASE("promotion and demotion") {
  for (float a : float_operands<float>()) {
    CAPTURE(bits(a));
    const double wide = semantics::f64_promote_f32(a);
    if (is_nan(a)) {
      CHECK(is_nan(wide));
      CHECK((bits(wide) & quiet_bit<double>) != 0);
      if (is_canonical(a)) CHECK(is_canonical(wide));
    } else {
      // Every float's value survives, so demotion undoes promotion.
      CHECK(bits(semantics::f32_demote_f64(wide)) == bits(a));
      CHECK(std::signbit(wide) == std::signbit(a));
    }
  }
  CHECK(semantics::f64_promote_f32(0x1.8p-149f) == 0x1p-148);
  CHECK(semantics::f64_promote_f32(0x1.fffffep127f) == 0x1.fffffep127);
  struct Row {
    double operand;
    float expected;
  };
  const float infinity = std::numeric_limits<float>::infinity();
  const Row rows[] = {
      {0x1.0000010000000p0, 1.0f},            // a tie goes to even
      {0x1.0000010000001p0, 0x1.000002p0f},
      {0x1.0000030000000p0, 0x1.000004p0f},
      {0x1.fffffefffffffp127, 0x1.fffffep127f},
      {0x1.ffffff0000000p127, infinity},
      {0x1p-149, 0x1p-149f},
      {0x1p-150, 0.0f},
      {0x1.0000000000001p-150, 0x1p-149f},
      {0x1.8p-149, 0x1p-148f},
      {0x1p-1074, 0.0f},
      {0x1.fffffffffffffp1023, infinity},
  };
  for (const Row& row : rows) {
    CAPTURE(row.operand);
    CHECK(bits(semantics::f32_demote_f64(row.operand)) == bits(row.expected));
    CHECK(bits(semantics::f32_demote_f64(-row.operand)) == bits(-row.expected));
  }
  for (double a : float_operands<double>()) {
    if (!is_nan(a)) continue;
    CHECK(is_nan(semantics::f32_demote_f64(a)));
    CHECK((bits(semantics::f32_demote_f64(a)) & quiet_bit<float>) != 0);
  }
}

TEST_CASE("integer widths and reinterpretation") {
  CHECK(semantics::i32_wrap_i64(0xFEDCBA9876543210) == 0x76543210);
  CHECK(semantics::i64_extend_i32_s(INT32_MIN) == -2147483648LL);
  CHECK(semantics::i64_extend_i32_s(7) == 7);
  CHECK(semantics::i64_extend_i32_u(0x80000000) == 0x80000000ull);
  CHECK(semantics::i64_extend32_s(0xFFFFFFFF80000000) == -2147483648LL);
  CHECK(semantics::i64_extend32_s(0x180000000) == -2147483648LL);
  CHECK(semantics::i64_extend32_s(0xFFFFFFFF7FFFFFFF) == 2147483647);
  for (uint32_t a : {0u, 0x80000000u, 0x7F800001u, 0xFFC12345u, 0x7FA00000u}) {
    float as_float;
    std::memcpy(&as_float, &a, sizeof(a));
    CHECK(semantics::i32_reinterpret_f32(as_float) == a);
    CHECK(bits(semantics::f32_reinterpret_i32(a)) == a);
  }
  for (uint64_t a : {0ull, 0x8000000000000000ull, 0x7FF0000000000001ull, 0xFFF8000000012345ull}) {
    double as_float;
    std::memcpy(&as_float, &a, sizeof(a));
    CHECK(semantics::i64_reinterpret_f64(as_float) == a);
    CHECK(bits(semantics::f64_reinterpret_i64(a)) == a);
  }
}

// At compile time the portable formulations are used, also where the machine has an instruction.
static_assert(semantics::f32_nearest(2.5f) == 2.0f);
static_assert(semantics::f64_nearest(-3.5) == -4.0);
static_assert(semantics::f64_ceil(-0.5) == 0.0);
static_assert(std::bit_cast<uint64_t>(semantics::f64_ceil(-0.5)) == 0x8000000000000000);
static_assert(semantics::f64_floor(-0.5) == -1.0);
static_assert(semantics::f32_trunc(-1.9f) == -1.0f);
static_assert(std::bit_cast<uint32_t>(semantics::f32_min(0.0f, -0.0f)) == 0x80000000);
static_assert(std::bit_cast<uint32_t>(semantics::f32_max(-0.0f, 0.0f)) == 0);
static_assert(semantics::f64_min(1.0, 2.0) == 1.0 && semantics::f64_max(1.0, 2.0) == 2.0);
static_assert(semantics::i32_trunc_sat_f32_s(1e10f) == INT32_MAX);

TEST_CASE_TEMPLATE("portable rounding and extremes agree with the fast ones", F, F32, F64) {
  using T = typename F::T;
  const std::vector<T> operands = float_operands<T>();
  for (T a : operands) {
    CAPTURE(bits(a));
    CHECK(matches(semantics::detail::round_ceil(a), F::ceil(a), a));
    CHECK(matches(semantics::detail::round_floor(a), F::floor(a), a));
    CHECK(matches(semantics::detail::round_trunc(a), F::trunc(a), a));
    CHECK(matches(semantics::detail::round_nearest(a), F::nearest(a), a));
    for (T b : operands) {
      const bool both = matches(semantics::detail::minimum(a, b), F::min(a, b), a, b) &&
                        matches(semantics::detail::maximum(a, b), F::max(a, b), a, b);
      CHECK(both);
    }
  }
}

// Slots

TEST_CASE("values in slots") {
  CHECK(to_slot(int32_t{-1}) == 0xFFFFFFFF);
  CHECK(to_slot(uint32_t{0x80000000}) == 0x80000000);
  CHECK(to_slot(int64_t{-1}) == ~uint64_t{0});
  CHECK(to_slot(-0.0f) == 0x80000000);
  CHECK(to_slot(-0.0) == 0x8000000000000000);
  CHECK(to_slot(std::bit_cast<float>(0x7FA00001)) == 0x7FA00001);
  CHECK(from_slot<int32_t>(0x1234567880000000) == INT32_MIN);
  CHECK(from_slot<uint32_t>(0x1234567880000000) == 0x80000000);
  CHECK(bits(from_slot<float>(0xFFFFFFFF7FA00001)) == 0x7FA00001);
  CHECK(from_slot<double>(0x3FF0000000000000) == 1.0);
}

static_assert(OnSlots<&semantics::i32_add>::call(0xFFFFFFFF, 2).value == 1);
static_assert(OnSlots<&semantics::i32_div_s>::call(uint32_t(-7), 2).value == 0xFFFFFFFD);
static_assert(OnSlots<&semantics::i32_div_s>::call(1, 0).trap == TrapKind::integer_divide_by_zero);
static_assert(OnSlots<&semantics::i64_extend_i32_s>::call(0x80000000, 0).value ==
              0xFFFFFFFF80000000);
static_assert(OnSlots<&semantics::i64_add128>::call(~uint64_t{0}, 0, 1, 0).high == 1);
static_assert(OnSlots<&semantics::i64_mul_wide_s>::call(~uint64_t{0}, 1).high == ~uint64_t{0});

TEST_CASE("every scalar row of the opcode table has a function on slots, and i32 stays extended") {
  struct Row {
    Opcode opcode;
    SlotOrTrap (*call)(Slot, Slot);
  };
  const Row rows[] = {
#define INT_TEST(code, name, text, type, feature) {Opcode::name, OnSlots<&semantics::name>::call},
#define INT_COMPARE INT_TEST
#define INT_UNARY INT_TEST
#define INT_BINARY INT_TEST
#define INT_DIVIDE INT_TEST
#define FLOAT_COMPARE INT_TEST
#define FLOAT_UNARY INT_TEST
#define FLOAT_BINARY INT_TEST
#define CONVERT(code, name, text, to, from, feature) \
  {Opcode::name, OnSlots<&semantics::name>::call},
#include "wasm/opcodes.def"
  };
  for (const Row& row : rows) {
    const SignatureKind result = info(row.opcode).signature.result(0);
    const bool narrow = result == SignatureKind::i32 || result == SignatureKind::f32;
    for (Slot a : {Slot{0}, Slot{0x80000000}, Slot{0xFFFFFFFF}, Slot{0xBFF0000000000000}}) {
      const SlotOrTrap slot = row.call(a, 0xFFFFFFFF);
      CAPTURE(std::string(info(row.opcode).text));
      CAPTURE(a);
      if (narrow && slot.trap == TrapKind::none) CHECK((slot.value >> 32) == 0);
    }
  }
}

}  // namespace
}  // namespace zwasm
