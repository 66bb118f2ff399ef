// Memories that several threads use at the same time.
#pragma once

#include <mutex>

#include "runtime/memory.hpp"
#include "runtime/parking_lot.hpp"
#include "runtime/ref_counted.hpp"

namespace zwasm {

/// A shared memory, with its waiting threads. Owned by the stores that have it, and by whoever else
/// holds a Ref; any store of the engine may import `instance()`. Its bytes never move. Thread-safe.
class SharedMemory final : public RefCounted {
 public:
  /// `type.shared` is set. Reserves the maximum, 64 GiB or what the budget allows at most; the
  /// memory cannot grow beyond that. Errors: see Store::make_memory.
  static Result<Ref<SharedMemory>> make(Runtime& runtime, const Ref<MemoryBudget>& budget,
                                        const MemoryType& type);

  MemoryInstance& instance() { return instance_; }
  ParkingLot& parking_lot() { return parking_lot_; }

 private:
  friend class MemoryInstance;
  SharedMemory(Runtime& runtime, const Ref<MemoryBudget>& budget, const MemoryType& type)
      : instance_(runtime, budget, type, nullptr, this) {}
  ~SharedMemory() override = default;

  std::mutex grow_mutex_;
  ParkingLot parking_lot_;
  MemoryInstance instance_;
};

}  // namespace zwasm
