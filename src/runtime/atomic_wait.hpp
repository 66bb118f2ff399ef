// memory.atomic.wait and notify, for code.
#pragma once

#include <cstdint>

#include "runtime/vm_context.hpp"

namespace zwasm {

/// Where an instruction accesses memory: its memory, its operand and its immediate.
struct AtomicAccess {
  uint32_t memory;
  uint64_t address;
  uint64_t offset;
};

/// The instructions. Operands are slots; on success `result` is what they push. In order: traps for
/// alignment, for a memory that is not shared (waits), for bounds. A wait that is interrupted
/// returns TrapKind::interrupted.
TrapKind memory_atomic_wait32(VMContext* vmctx, const AtomicAccess& access, Slot expected,
                              Slot timeout, Slot& result);
TrapKind memory_atomic_wait64(VMContext* vmctx, const AtomicAccess& access, Slot expected,
                              Slot timeout, Slot& result);
/// `unused` makes the three alike.
TrapKind memory_atomic_notify(VMContext* vmctx, const AtomicAccess& access, Slot count,
                              Slot unused, Slot& result);

}  // namespace zwasm
