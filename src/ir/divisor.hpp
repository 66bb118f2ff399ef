// Division by a constant as a multiplication, exact for every dividend.
#pragma once

#include <bit>
#include <cstdint>

namespace zwasm {

/// For 32-bit dividends, d >= 2: n / d is the upper half of n * multiplier_32(d). The multiplier is
/// 2^64 / d rounded up: too large by less than 1, which n < 2^32 turns into less than 1 / d.
constexpr uint64_t multiplier_32(uint32_t d) { return ~uint64_t{0} / d + 1; }

/// For 64-bit dividends, d >= 2, with h the upper half of n * multiplier: n / d is
/// (h + (n - h) / 2) >> shift. The whole multiplier has 65 bits, 2^64 + multiplier.
struct Divisor64 {
  uint64_t multiplier;
  uint32_t shift;
};
constexpr Divisor64 divisor_64(uint64_t d) {
  const auto log2 = static_cast<uint32_t>(std::bit_width(d - 1));  // rounded up
  const uint64_t rest = (log2 == 64 ? uint64_t{0} : uint64_t{1} << log2) - d;
  __extension__ using Uint128 = unsigned __int128;
  return {static_cast<uint64_t>((Uint128{rest} << 64) / d) + 1, log2 - 1};
}

}  // namespace zwasm
