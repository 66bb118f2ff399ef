#include "os/clock.hpp"

#include <time.h>

namespace zwasm::os {
namespace {

clockid_t clock_id(Clock clock) {
  switch (clock) {
    case Clock::realtime: return CLOCK_REALTIME;
    case Clock::monotonic: return CLOCK_MONOTONIC;
    case Clock::process_cpu: return CLOCK_PROCESS_CPUTIME_ID;
    case Clock::thread_cpu: return CLOCK_THREAD_CPUTIME_ID;
  }
  return CLOCK_MONOTONIC;
}

uint64_t nanoseconds(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

uint64_t now(Clock clock) {
  timespec time{};
  clock_gettime(clock_id(clock), &time);
  return nanoseconds(time);
}

uint64_t resolution(Clock clock) {
  timespec time{};
  clock_getres(clock_id(clock), &time);
  return nanoseconds(time);
}

}  // namespace zwasm::os
