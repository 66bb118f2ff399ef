// Where threads wait for others to change a shared memory.
#pragma once

#include <cstdint>
#include <mutex>

#include "runtime/vm_context.hpp"

namespace zwasm {

/// What a wait came to.
enum class WaitOutcome : uint8_t { woken, not_equal, timed_out, interrupted };

/// The queues of one shared memory: one for each address that somebody waits at, kept as one list
/// in the order of arrival. Thread-safe. A waiter sleeps on a word of its own execution context,
/// which is what an interruption changes, too.
class ParkingLot {
 public:
  ParkingLot() = default;
  ParkingLot(const ParkingLot&) = delete;
  ParkingLot& operator=(const ParkingLot&) = delete;

  /// If the number at `at` is `expected`, waits until `notify` chooses this waiter, `timeout`
  /// nanoseconds have passed (never if it is negative), or the store of `context` is interrupted.
  /// Called on the thread of that store. `address` is what notify is called with.
  WaitOutcome wait(ExecutionContext& context, uint64_t address, const uint32_t* at,
                   uint32_t expected, int64_t timeout);
  WaitOutcome wait(ExecutionContext& context, uint64_t address, const uint64_t* at,
                   uint64_t expected, int64_t timeout);

  /// Wakes those who have waited longest at `address`, at most `count`; says how many.
  uint32_t notify(uint64_t address, uint32_t count);

  /// How many wait now, anywhere.
  uint32_t waiting() const;

 private:
  struct Waiter {
    uint64_t address;
    ExecutionContext* context;
    Waiter* previous;
    Waiter* next;
    bool chosen;
  };
  template <class T>
  WaitOutcome wait_for(ExecutionContext& context, uint64_t address, const T* at, T expected,
                       int64_t timeout);
  void remove(Waiter& waiter);

  mutable std::mutex mutex_;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace zwasm
