// Deadlines of stores.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/vector.hpp"
#include "os/event.hpp"
#include "os/thread.hpp"

namespace zwasm {

class Store;

/// Interrupts stores whose deadline has passed, from a thread of its own that starts with the first
/// deadline. Thread-safe.
class Watchdog {
 public:
  explicit Watchdog(Allocator& allocator) : watched_(allocator) {}
  ~Watchdog();

  /// Interrupts `store` when monotonic time reaches `deadline` (os::monotonic_now), once; replaces
  /// an earlier deadline of the store. False if there is no thread or descriptor to do it.
  [[nodiscard]] bool watch(Store& store, uint64_t deadline);
  /// Forgets the store's deadline; it is not interrupted any more when this returns.
  void forget(Store& store);

 private:
  struct Watched {
    Store* store;
    uint64_t deadline;
  };
  static void run(void* self);

  std::mutex mutex_;
  Vector<Watched> watched_;
  bool stopping_ = false;
  os::Event changed_;
  os::Thread thread_;
};

}  // namespace zwasm
