#include "runtime/stack.hpp"

#include <utility>

#include "base/vector.hpp"

namespace zwasm {

Stack Stack::make(size_t slot_bytes) {
  Stack stack;
  const size_t guard = os::round_to_pages(64 * 1024);
  const size_t values = os::round_to_pages(slot_bytes);
  const size_t native = os::round_to_pages(native_bytes);
  if (values == 0 || values > SIZE_MAX / 4) return stack;
  const size_t control =
      values + os::round_to_pages(control_stack_reserve * sizeof(ControlRecord));
  os::Mapping mapping = os::Mapping::reserve(guard + native + control + values + guard);
  if (!mapping || !mapping.commit(guard, native + control + values)) return stack;
  // One deep call must not cost the memory of a huge page, nor a shallow one that of several.
  mapping.avoid_huge_pages();
  stack.control_ = reinterpret_cast<ControlRecord*>(mapping.base() + guard + native);
  stack.slots_ = reinterpret_cast<Slot*>(mapping.base() + guard + native + control);
  stack.slots_end_ = stack.slots_ + values / sizeof(Slot);
  stack.mapping_ = std::move(mapping);
  return stack;
}

Stack StackPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Stack stack = std::move(idle_.back());
      idle_.pop_back();
      return stack;
    }
  }
  return Stack::make(slot_bytes_);
}

void StackPool::give_back(Stack stack) {
  if (!stack) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < max_idle_) idle_.push_back(std::move(stack));
}

}  // namespace zwasm
