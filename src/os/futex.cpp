#include "os/futex.hpp"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace zwasm::os {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));

void futex_wait(const std::atomic<uint32_t>& word, uint32_t expected, uint64_t deadline) {
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(deadline / 1'000'000'000);
  limit.tv_nsec = static_cast<long>(deadline % 1'000'000'000);
  // Unlike FUTEX_WAIT, this one takes the monotonic time at which to end.
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected,
          deadline == no_deadline ? nullptr : &limit, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(const std::atomic<uint32_t>& word) {
  const int saved_errno = errno;
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
  errno = saved_errno;
}

}  // namespace zwasm::os
