#include "wasi/poll.hpp"

#include <time.h>

#include <cerrno>

#include "os/clock.hpp"
#include "wasi/guest_memory.hpp"

namespace zwasm::wasi {
namespace {

constexpr uint64_t second = 1'000'000'000;

}  // namespace

Errno poll_or_cancel(std::span<pollfd> fds, uint64_t timeout, int cancel_fd, uint32_t& ready) {
  const nfds_t count = fds.size() - 1;
  fds[count] = {cancel_fd, POLLIN, 0};
  const nfds_t polled = cancel_fd >= 0 ? count + 1 : count;
  const bool timed = timeout != no_timeout;
  const uint64_t start = timed && timeout != 0 ? os::monotonic_now() : 0;
  uint64_t left = timeout;
  while (true) {
    timespec time = {static_cast<time_t>(left / second), static_cast<long>(left % second)};
    const int result = ::ppoll(fds.data(), polled, timed ? &time : nullptr, nullptr);
    if (result >= 0) {
      ready = static_cast<uint32_t>(result);
      if (cancel_fd >= 0 && fds[count].revents != 0) return Errno::interrupted;
      return Errno::success;
    }
    if (errno != EINTR) return last_errno();
    if (timed && timeout != 0) {
      const uint64_t elapsed = os::monotonic_now() - start;
      left = elapsed < timeout ? timeout - elapsed : 0;
    }
  }
}

Errno wait_ready(int fd, short events, int cancel_fd) {
  pollfd fds[2] = {{fd, events, 0}, {}};
  uint32_t ready;
  return poll_or_cancel(fds, no_timeout, cancel_fd, ready);
}

Errno check_cancelled(int cancel_fd) {
  if (cancel_fd < 0) return Errno::success;
  pollfd fds[1] = {};
  uint32_t ready;
  return poll_or_cancel(fds, 0, cancel_fd, ready);
}

}  // namespace zwasm::wasi
