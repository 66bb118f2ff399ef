#include "time_limit.hpp"

#include <poll.h>
#include <unistd.h>

#include "os/clock.hpp"
#include "report.hpp"

namespace zwasm::cli {
namespace {

constexpr uint64_t grace = 1'000'000'000;

std::string duration_text(uint64_t nanoseconds) {
  const bool seconds = nanoseconds != 0 && nanoseconds % 1'000'000'000 == 0;
  const bool milliseconds = nanoseconds % 1'000'000 == 0;
  const uint64_t unit = seconds ? 1'000'000'000 : milliseconds ? 1'000'000 : 1000;
  return format("%llu %s", static_cast<unsigned long long>(nanoseconds / unit),
                seconds ? "s" : milliseconds ? "ms" : "us");
}

}  // namespace

TimeLimit::~TimeLimit() {
  if (thread_.started()) done_.set();
  thread_.join();
}

Status TimeLimit::start(uint64_t nanoseconds, std::string file, int exit_code) {
  limit_ = nanoseconds;
  const uint64_t now = os::monotonic_now();
  deadline_ = nanoseconds > UINT64_MAX - now ? UINT64_MAX : now + nanoseconds;
  file_ = std::move(file);
  exit_code_ = exit_code;
  done_ = os::Event::make();
  if (!done_ || !thread_.start(&run, this)) {
    return make_error(ErrorKind::host, Error::no_offset, "cannot start the timeout thread");
  }
  return {};
}

Status TimeLimit::watch(Store& store) {
  if (!store.make_cancellable()) {
    return make_error(ErrorKind::host, Error::no_offset, "no descriptor left for the timeout");
  }
  const std::lock_guard lock(mutex_);
  store_ = &store;
  return {};
}

std::string TimeLimit::message() const {
  return "timeout of " + duration_text(limit_) + " expired";
}

void TimeLimit::run(void* self) {
  TimeLimit& limit = *static_cast<TimeLimit*>(self);
  uint64_t now = os::monotonic_now();
  while (now < limit.deadline_) {
    if (limit.done_.wait(limit.deadline_ - now)) return;
    now = os::monotonic_now();
  }
  {
    const std::lock_guard lock(limit.mutex_);
    if (limit.store_ == nullptr) limit.end_process();
    limit.store_->interrupt();
  }
  if (!limit.done_.wait(grace)) limit.end_process();
}

void TimeLimit::before_report() {
  if (!has_reported_.exchange(true)) return;
  for (;;) pause();
}

void TimeLimit::end_process() {
  if (!has_reported_.exchange(true)) {
    // Not through stdio, whose lock the other thread may hold; and not if nobody takes it.
    const std::string line = "zwasm: " + printable(file_) + ": " + message() + "\n";
    pollfd ready = {STDERR_FILENO, POLLOUT, 0};
    if (poll(&ready, 1, 100) == 1) {
      [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
    }
  }
  _exit(exit_code_);
}

}  // namespace zwasm::cli
