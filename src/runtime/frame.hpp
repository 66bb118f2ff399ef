// The slot frame: where every value of a running function is, in every tier.
//
// A frame is a run of 8-byte slots on the wasm value stack. Parameters come first, then the other
// locals, then the operand stack by height. Each local and each operand height has its canonical
// slot; a v128 takes two. Frames overlap: a caller stages arguments where the callee's frame
// begins, and finds the results there.
//
//   caller's frame: | params | locals | operands ........ | arguments |
//   callee's frame:                                       | params    | locals | operands ...
//
// Invariants:
//  - An i32 is stored zero-extended, an f32 as its bits zero-extended. A reference is one slot
//    (runtime/gc/object.hpp), null is 0.
//  - A callee's frame begins at least `min_frame_advance` slots after its caller's, so that the
//    control stack, with at most two records a call, cannot overflow before the value stack does.
//  - In the interpreter the slots are the truth at safepoints (calls and allocations), at labels,
//    loop heads above all, and where exception handlers begin: every live value is in its slot, but
//    for operands that still stand for a local, a constant or a sum of them, which have none yet.
//    In between a value may be in an accumulator alone. In compiled code the slots hold arguments
//    and results, references live across a safepoint, and values live into an exception handler.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wasm/limits.hpp"

namespace zwasm {

using Slot = uint64_t;
static_assert(sizeof(Slot) == 8);

/// Slots that a call moves the frame forward at least; lowering pads smaller frames.
inline constexpr uint32_t min_frame_advance = 4;

struct Cell;

/// Consecutive slots of a frame.
struct SlotRange {
  uint16_t first;
  uint16_t count;
};

/// One interpreted call that has not returned: what its return restores. Lives on the control
/// stack.
///
/// A call that enters another instance, or a host function, pushes a second record on top of it:
/// `next` is interp::restore_cell() and `frame` the VMContext* of the calling instance. An entry
/// from the host pushes one whose `next` is interp::leave_cell().
struct ControlRecord {
  const Cell* next;  ///< where execution goes on; the cell before it is the call, or data of it
  Slot* frame;       ///< the caller's frame
};
static_assert(offsetof(ControlRecord, next) == 0 && offsetof(ControlRecord, frame) == 8);
static_assert(sizeof(ControlRecord) == 16);
static_assert(2 * sizeof(ControlRecord) == min_frame_advance * sizeof(Slot),
              "the control stack has as many bytes as the value stack");

/// Host functions that can run inside one another. Each needs room on the native stack.
inline constexpr uint32_t max_host_depth = 200;
/// Records that the control stack has room for beyond the size of the value stack: entries from the
/// host need not move the frame forward.
inline constexpr size_t control_stack_reserve = 4 * (max_host_depth + 1);

static_assert(limits::max_frame_slots <= 0xFFFF, "slot numbers in cells are 16 bits");

}  // namespace zwasm
