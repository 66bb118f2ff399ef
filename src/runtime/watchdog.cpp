#include "runtime/watchdog.hpp"

#include <algorithm>

#include "os/clock.hpp"
#include "runtime/store.hpp"

namespace zwasm {

Watchdog::~Watchdog() {
  if (!thread_.started()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.set();
  thread_.join();
}

bool Watchdog::watch(Store& store, uint64_t deadline) {
  const std::lock_guard lock(mutex_);
  if (!changed_) changed_ = os::Event::make();
  if (!changed_) return false;
  if (!thread_.started() && !thread_.start(&run, this)) return false;
  const auto watched = std::ranges::find(watched_, &store, &Watched::store);
  if (watched != watched_.end()) {
    watched->deadline = deadline;
  } else {
    watched_.push_back({&store, deadline});
  }
  changed_.set();
  return true;
}

void Watchdog::forget(Store& store) {
  const std::lock_guard lock(mutex_);
  const auto watched = std::ranges::find(watched_, &store, &Watched::store);
  if (watched == watched_.end()) return;
  *watched = watched_.back();
  watched_.pop_back();
}

void Watchdog::run(void* self) {
  Watchdog& watchdog = *static_cast<Watchdog*>(self);
  for (;;) {
    uint64_t timeout = os::Event::forever;
    {
      const std::lock_guard lock(watchdog.mutex_);
      if (watchdog.stopping_) return;
      watchdog.changed_.clear();
      const uint64_t now = os::monotonic_now();
      for (size_t i = 0; i < watchdog.watched_.size();) {
        const Watched watched = watchdog.watched_[i];
        if (watched.deadline <= now) {
          watched.store->interrupt();
          watchdog.watched_[i] = watchdog.watched_.back();
          watchdog.watched_.pop_back();
        } else {
          timeout = std::min(timeout, watched.deadline - now);
          ++i;
        }
      }
    }
    watchdog.changed_.wait(timeout);
  }
}

}  // namespace zwasm
