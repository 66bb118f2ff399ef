// Clocks and randomness as the guest sees them; an embedder can replace both.
#pragma once

#include <cstdint>
#include <span>

#include "wasi/types.hpp"

namespace zwasm::wasi {

/// Where the guest's time comes from. Nanoseconds; realtime since 1970, the others since any
/// moment. An unknown clock is Errno::inval.
struct ClockSource {
  void* data = nullptr;
  Errno (*now)(void* data, ClockId id, uint64_t& nanoseconds) = nullptr;
  Errno (*resolution)(void* data, ClockId id, uint64_t& nanoseconds) = nullptr;
};

/// Where the guest's random bytes come from. Fills all of `bytes`.
struct RandomSource {
  void* data = nullptr;
  Errno (*fill)(void* data, std::span<uint8_t> bytes) = nullptr;
};

/// The machine's clocks.
ClockSource system_clock_source();
/// The kernel's random numbers.
RandomSource system_random_source();

}  // namespace zwasm::wasi
