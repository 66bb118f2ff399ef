#include "wasi/clock.hpp"

#include "os/clock.hpp"
#include "os/random.hpp"
#include "wasi/guest_memory.hpp"

namespace zwasm::wasi {
namespace {

Errno host_clock(ClockId id, os::Clock& clock) {
  switch (id) {
    case ClockId::realtime: clock = os::Clock::realtime; return Errno::success;
    case ClockId::monotonic: clock = os::Clock::monotonic; return Errno::success;
    case ClockId::process_cputime: clock = os::Clock::process_cpu; return Errno::success;
    case ClockId::thread_cputime: clock = os::Clock::thread_cpu; return Errno::success;
  }
  return Errno::inval;  // the guest's number is none of these
}

Errno now(void*, ClockId id, uint64_t& nanoseconds) {
  os::Clock clock;
  ZWASM_WASI_CHECK(host_clock(id, clock));
  nanoseconds = os::now(clock);
  return Errno::success;
}

Errno resolution(void*, ClockId id, uint64_t& nanoseconds) {
  os::Clock clock;
  ZWASM_WASI_CHECK(host_clock(id, clock));
  nanoseconds = os::resolution(clock);
  return Errno::success;
}

Errno fill(void*, std::span<uint8_t> bytes) {
  return os::fill_random(bytes) ? Errno::success : Errno::io;
}

}  // namespace

ClockSource system_clock_source() { return {nullptr, now, resolution}; }

RandomSource system_random_source() { return {nullptr, fill}; }

}  // namespace zwasm::wasi
