// A ceiling of linear memory.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/ref_counted.hpp"

namespace zwasm {

/// The bytes that some memories have, together, and how many they may have. Thread-safe.
class MemoryBudget final : public RefCounted {
 public:
  explicit MemoryBudget(uint64_t limit) : limit_(limit) {}

  uint64_t limit() const { return limit_; }
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }

  /// False, without effect, if that would be more than the limit.
  [[nodiscard]] bool take(uint64_t bytes) {
    uint64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }
  void give_back(uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const uint64_t limit_;
  std::atomic<uint64_t> used_ = 0;
};

}  // namespace zwasm
