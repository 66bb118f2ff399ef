// The stacks that wasm runs on.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/vector.hpp"
#include "os/virtual_memory.hpp"
#include "runtime/frame.hpp"

namespace zwasm {

/// One mapping, lazily touched:
///
///   | guard | native half <--- | control records ---> | value slots ---> | guard |
///
/// Compiled code keeps return addresses on the native half, which grows down. The control stack has
/// as many bytes as the value stack and a reserve, so it cannot overflow first (see ControlRecord).
class Stack {
 public:
  static constexpr size_t native_bytes = 256 * 1024;

  /// `slot_bytes`: bytes of value slots. Empty when there is no address space.
  static Stack make(size_t slot_bytes);
  explicit operator bool() const { return static_cast<bool>(mapping_); }

  Slot* slots() const { return slots_; }
  Slot* slots_end() const { return slots_end_; }
  ControlRecord* control() const { return control_; }
  /// Where the native half begins; it grows down from here.
  uint8_t* native_top() const { return reinterpret_cast<uint8_t*>(control_); }

 private:
  os::Mapping mapping_;
  Slot* slots_ = nullptr;
  Slot* slots_end_ = nullptr;
  ControlRecord* control_ = nullptr;
};

/// Stacks of one size that wait for use. Thread-safe.
class StackPool {
 public:
  /// Keeps at most `max_idle` stacks that nobody uses.
  explicit StackPool(size_t slot_bytes, Allocator& allocator = system_allocator(),
                     size_t max_idle = 8)
      : slot_bytes_(slot_bytes), max_idle_(max_idle), idle_(allocator) {}

  /// A stack, recycled or fresh; empty when there is no address space.
  Stack take();
  void give_back(Stack stack);
  size_t slot_bytes() const { return slot_bytes_; }

 private:
  size_t slot_bytes_;
  size_t max_idle_;
  std::mutex mutex_;
  Vector<Stack> idle_;
};

}  // namespace zwasm
