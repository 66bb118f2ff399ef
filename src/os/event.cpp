#include "os/event.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "os/clock.hpp"

namespace zwasm::os {

Event::~Event() {
  if (fd_ >= 0) close(fd_);
}

Event Event::make() {
  Event event;
  event.fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return event;
}

void Event::set() {
  const int saved_errno = errno;
  const uint64_t one = 1;
  // Fails only when the counter is at its end; then the event is set already.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
  errno = saved_errno;
}

void Event::clear() {
  uint64_t count;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof(count));
}

bool Event::wait(uint64_t timeout) const {
  const uint64_t start = monotonic_now();
  for (;;) {
    pollfd waited{fd_, POLLIN, 0};
    timespec limit{};
    const uint64_t elapsed = monotonic_now() - start;
    const uint64_t left = elapsed >= timeout ? 0 : timeout - elapsed;
    limit.tv_sec = static_cast<time_t>(left / 1'000'000'000);
    limit.tv_nsec = static_cast<long>(left % 1'000'000'000);
    const int ready = ppoll(&waited, 1, timeout == forever ? nullptr : &limit, nullptr);
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

}  // namespace zwasm::os
