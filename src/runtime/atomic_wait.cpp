#include "runtime/atomic_wait.hpp"

#include "runtime/host.hpp"
#include "runtime/shared_memory.hpp"

namespace zwasm {
namespace {

/// The effective address, and the bytes there.
struct Location {
  uint64_t address;
  uint8_t* bytes;
};

TrapKind locate(VMContext* vmctx, const AtomicAccess& access, uint64_t size, bool waits,
                Location& location) {
  MemoryDefinition* const memory = vmctx->memories[access.memory];
  const bool overflow =
      __builtin_add_overflow(access.address, access.offset, &location.address);
  if (location.address % size != 0) return TrapKind::unaligned_atomic;
  if (waits && instance_of(memory).shared() == nullptr) return TrapKind::expected_shared_memory;
  location.bytes = overflow ? nullptr : checked_range(memory, location.address, size);
  return location.bytes == nullptr ? TrapKind::out_of_bounds_memory_access : TrapKind::none;
}

template <class T>
TrapKind wait(VMContext* vmctx, const AtomicAccess& access, Slot expected, Slot timeout,
              Slot& result) {
  Location location;
  const TrapKind trap = locate(vmctx, access, sizeof(T), true, location);
  if (trap != TrapKind::none) return trap;
  ParkingLot& lot = instance_of(vmctx->memories[access.memory]).shared()->parking_lot();
  const WaitOutcome outcome =
      lot.wait(*vmctx->execution, location.address, reinterpret_cast<const T*>(location.bytes),
               static_cast<T>(expected), static_cast<int64_t>(timeout));
  switch (outcome) {
    case WaitOutcome::woken: result = 0; break;
    case WaitOutcome::not_equal: result = 1; break;
    case WaitOutcome::timed_out: result = 2; break;
    case WaitOutcome::interrupted: return TrapKind::interrupted;
  }
  return TrapKind::none;
}

}  // namespace

TrapKind memory_atomic_wait32(VMContext* vmctx, const AtomicAccess& access, Slot expected,
                              Slot timeout, Slot& result) {
  return wait<uint32_t>(vmctx, access, expected, timeout, result);
}

TrapKind memory_atomic_wait64(VMContext* vmctx, const AtomicAccess& access, Slot expected,
                              Slot timeout, Slot& result) {
  return wait<uint64_t>(vmctx, access, expected, timeout, result);
}

TrapKind memory_atomic_notify(VMContext* vmctx, const AtomicAccess& access, Slot count, Slot,
                              Slot& result) {
  Location location;
  const TrapKind trap = locate(vmctx, access, sizeof(uint32_t), false, location);
  if (trap != TrapKind::none) return trap;
  SharedMemory* const shared = instance_of(vmctx->memories[access.memory]).shared();
  result = shared == nullptr ? 0
                             : shared->parking_lot().notify(location.address,
                                                            static_cast<uint32_t>(count));
  return TrapKind::none;
}

}  // namespace zwasm
