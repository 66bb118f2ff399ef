// Address space for guarded memories.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/vector.hpp"
#include "os/virtual_memory.hpp"

namespace zwasm {

/// Address space of a guarded memory: 32-bit index plus 32-bit offset, and a guard behind them.
inline constexpr uint64_t guarded_reservation = uint64_t{8} << 30;
inline constexpr uint64_t guarded_guard = uint64_t{64} << 10;

/// Reservations that wait for use, all inaccessible. Faults in a reservation that it handed out are
/// registered to be traps. Thread-safe.
class ReservationPool {
 public:
  /// Keeps at most `max_idle` reservations that nobody uses.
  explicit ReservationPool(Allocator& allocator, size_t max_idle = 8)
      : max_idle_(max_idle), idle_(allocator) {}
  ~ReservationPool();

  /// A reservation of guarded_reservation + guarded_guard bytes; empty when there is no address
  /// space.
  os::Mapping take();
  /// Takes back a reservation of which the first `committed` bytes were made accessible.
  void give_back(os::Mapping reservation, size_t committed);

 private:
  size_t max_idle_;
  std::mutex mutex_;
  Vector<os::Mapping> idle_;
};

}  // namespace zwasm
