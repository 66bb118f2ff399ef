#include "ir/divisor.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

#include "wasm/semantics.hpp"

namespace zwasm {
namespace {

uint64_t high_product(uint64_t a, uint64_t b) { return semantics::i64_mul_wide_u(a, b).high; }

/// Multiples of the divisor, their neighbours, and the ends of the range.
template <class Unsigned, class Check>
void for_dividends(Unsigned divisor, Check check) {
  const Unsigned last = static_cast<Unsigned>(~Unsigned{0}) / divisor;
  for (const Unsigned quotient : {Unsigned{0}, Unsigned{1}, Unsigned{2}, last / 3, last / 2,
                                  last - 1, last}) {
    const Unsigned product = quotient * divisor;
    for (const Unsigned dividend : {product - 1, product, product + 1, product + divisor - 1}) {
      check(dividend);
    }
  }
  check(~Unsigned{0});
}

}  // namespace

TEST_CASE("32-bit quotients by a multiplication") {
  const auto check_divisor = [](uint32_t divisor) {
    const uint64_t multiplier = multiplier_32(divisor);
    for_dividends<uint32_t>(divisor, [&](uint32_t dividend) {
      REQUIRE(high_product(dividend, multiplier) == dividend / divisor);
    });
  };
  for (uint32_t divisor = 2; divisor < 3000; ++divisor) check_divisor(divisor);
  for (uint32_t bit = 2; bit < 32; ++bit) {
    for (int32_t near = -2; near <= 2; ++near) {
      check_divisor((uint32_t{1} << bit) + static_cast<uint32_t>(near));
    }
  }
  for (uint32_t divisor = 0xFFFFFFFF; divisor > 0xFFFFFF00; --divisor) check_divisor(divisor);
}

TEST_CASE("64-bit quotients by a multiplication") {
  const auto check_divisor = [](uint64_t divisor) {
    const Divisor64 by = divisor_64(divisor);
    for_dividends<uint64_t>(divisor, [&](uint64_t dividend) {
      const uint64_t high = high_product(dividend, by.multiplier);
      const uint64_t quotient = (high + ((dividend - high) >> 1)) >> by.shift;
      REQUIRE(quotient == dividend / divisor);
    });
  };
  for (uint64_t divisor = 2; divisor < 3000; ++divisor) check_divisor(divisor);
  for (uint32_t bit = 2; bit < 64; ++bit) {
    for (int64_t near = -2; near <= 2; ++near) {
      check_divisor((uint64_t{1} << bit) + static_cast<uint64_t>(near));
    }
  }
  for (uint64_t divisor = ~uint64_t{0}; divisor > ~uint64_t{0} - 100; --divisor) {
    check_divisor(divisor);
  }
}

}  // namespace zwasm
