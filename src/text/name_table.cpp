#include "text/name_table.hpp"

#include <utility>

namespace zwasm::text {
size_t NameTable::slot_of(std::string_view name, uint32_t scope) const {
  const size_t mask = slots_.size() - 1;
  Hasher hasher(seed_);
  hasher.add(scope);
  hasher.add(name);
  for (size_t i = hasher.finish() & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.name.data() == nullptr || (slot.scope == scope && slot.name == name)) return i;
  }
}

uint32_t NameTable::find(std::string_view name, uint32_t scope) const {
  return slots_.empty() ? none : slots_[slot_of(name, scope)].value;
}

uint32_t NameTable::set(std::string_view name, uint32_t value, uint32_t scope) {
  if (used_ * 2 >= slots_.size()) grow();
  Slot& slot = slots_[slot_of(name, scope)];
  if (slot.name.data() == nullptr) {
    slot.name = name;
    slot.scope = scope;
    ++used_;
  }
  return std::exchange(slot.value, value);
}

void NameTable::grow() {
  Vector<Slot> old = std::move(slots_);
  slots_ = Vector<Slot>(old.allocator());
  slots_.resize(old.empty() ? 16 : old.size() * 2);
  for (const Slot& slot : old) {
    if (slot.name.data() != nullptr) slots_[slot_of(slot.name, slot.scope)] = slot;
  }
}

}  // namespace zwasm::text
