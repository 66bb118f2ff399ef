// memory.atomic.wait and notify.
#include "runtime/builtins.hpp"
#include "runtime/host.hpp"
#include "runtime/shared_memory.hpp"

namespace zwasm {
namespace {

/// The effective address, and the bytes there.
struct Location {
  uint64_t address;
  uint8_t* bytes;
};

/// In order: traps for alignment, for a memory that is not shared (waits), for bounds.
TrapKind locate(VMContext* vmctx, const Slot* operands, uint32_t memory_index, uint64_t size,
                bool waits, Location& location) {
  MemoryDefinition* const memory = vmctx->memories[memory_index];
  const bool overflow = __builtin_add_overflow(operands[0], operands[3], &location.address);
  if (location.address % size != 0) return TrapKind::unaligned_atomic;
  if (waits && instance_of(memory).shared() == nullptr) return TrapKind::expected_shared_memory;
  location.bytes = overflow ? nullptr : checked_range(memory, location.address, size);
  return location.bytes == nullptr ? TrapKind::out_of_bounds_memory_access : TrapKind::none;
}

template <class T>
TrapKind wait(VMContext* vmctx, Slot* operands, uint32_t memory) {
  Location location;
  const TrapKind trap = locate(vmctx, operands, memory, sizeof(T), true, location);
  if (trap != TrapKind::none) return trap;
  ParkingLot& lot = instance_of(vmctx->memories[memory]).shared()->parking_lot();
  const WaitOutcome outcome =
      lot.wait(*vmctx->execution, location.address, reinterpret_cast<const T*>(location.bytes),
               static_cast<T>(operands[1]), static_cast<int64_t>(operands[2]));
  switch (outcome) {
    case WaitOutcome::woken: operands[0] = 0; break;
    case WaitOutcome::not_equal: operands[0] = 1; break;
    case WaitOutcome::timed_out: operands[0] = 2; break;
    case WaitOutcome::interrupted: return TrapKind::interrupted;
  }
  return TrapKind::none;
}

}  // namespace

namespace builtins {

TrapKind memory_atomic_wait32(VMContext* vmctx, Slot* operands, uint32_t memory, uint32_t) {
  return wait<uint32_t>(vmctx, operands, memory);
}

TrapKind memory_atomic_wait64(VMContext* vmctx, Slot* operands, uint32_t memory, uint32_t) {
  return wait<uint64_t>(vmctx, operands, memory);
}

TrapKind memory_atomic_notify(VMContext* vmctx, Slot* operands, uint32_t memory, uint32_t) {
  Location location;
  const TrapKind trap =
      locate(vmctx, operands, memory, sizeof(uint32_t), false, location);
  if (trap != TrapKind::none) return trap;
  SharedMemory* const shared = instance_of(vmctx->memories[memory]).shared();
  operands[0] = shared == nullptr ? 0
                                  : shared->parking_lot().notify(
                                        location.address, static_cast<uint32_t>(operands[1]));
  return TrapKind::none;
}

}  // namespace builtins
}  // namespace zwasm
