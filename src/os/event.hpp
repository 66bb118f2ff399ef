// An event that one thread sets and others wait for, as a file descriptor.
#pragma once

#include <cstdint>
#include <utility>

namespace zwasm::os {

/// Set or not set. Its descriptor is readable while it is set, so that it can be waited for
/// together with others. `set`, `clear` and `wait` may be called from any thread, `set` from signal
/// handlers.
class Event {
 public:
  static constexpr uint64_t forever = ~uint64_t{0};

  Event() = default;  ///< no event
  Event(Event&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Event();

  /// An event that is not set; none when the process has no descriptor left.
  static Event make();
  explicit operator bool() const { return fd_ >= 0; }

  void set();
  void clear();
  /// Waits until the event is set; false if `timeout` nanoseconds passed first. It stays set.
  bool wait(uint64_t timeout = forever) const;
  /// Owned by the event; -1 for none.
  int descriptor() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace zwasm::os
