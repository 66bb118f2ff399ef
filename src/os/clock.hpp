// Clocks, in nanoseconds.
#pragma once

#include <cstdint>

namespace zwasm::os {

enum class Clock : uint8_t {
  realtime,     ///< since 1970-01-01 00:00 UTC
  monotonic,    ///< since some moment in the past; never goes back
  process_cpu,  ///< processor time of this process
  thread_cpu,   ///< processor time of this thread
};

uint64_t now(Clock clock);
uint64_t resolution(Clock clock);

/// Monotonic time.
inline uint64_t monotonic_now() { return now(Clock::monotonic); }

}  // namespace zwasm::os
