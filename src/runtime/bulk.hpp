// For operations on many elements: they can be interrupted on the way.
#pragma once

#include <cstdint>
#include <cstring>

#include "runtime/vm_context.hpp"

namespace zwasm {

constexpr bool in_range(uint64_t index, uint64_t count, uint64_t size) {
  return index <= size && count <= size - index;
}

/// Bulk operations look for an interruption after each piece of this size: some milliseconds, also
/// where every page is touched for the first time.
inline constexpr uint64_t piece_bytes = uint64_t{4} << 20;
inline constexpr uint64_t piece_elements = piece_bytes / sizeof(Slot);

/// Calls `step(first, size)` for the pieces of [0, count), in order or from the end on. What an
/// interruption leaves undone stays undone.
template <class Step>
TrapKind in_pieces(VMContext* vmctx, uint64_t count, uint64_t piece, bool from_end, Step step) {
  uint64_t done = 0;
  while (count - done > piece) {
    step(from_end ? count - done - piece : done, piece);
    done += piece;
    if (vmctx->execution->interrupt.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      return TrapKind::interrupted;
    }
  }
  step(from_end ? 0 : done, count - done);
  return TrapKind::none;
}

/// memmove in pieces.
inline TrapKind move_in_pieces(VMContext* vmctx, void* destination, const void* source,
                               uint64_t count) {
  auto* to = static_cast<uint8_t*>(destination);
  const auto* from = static_cast<const uint8_t*>(source);
  const bool from_end = reinterpret_cast<uintptr_t>(to) > reinterpret_cast<uintptr_t>(from);
  return in_pieces(vmctx, count, piece_bytes, from_end, [&](uint64_t first, uint64_t size) {
    if (size != 0) std::memmove(to + first, from + first, size);
  });
}

}  // namespace zwasm
