#include "runtime/table.hpp"

#include <algorithm>

#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {

TableInstance::TableInstance(Store& store, const TableType& type, Instance* owner)
    : TableDefinition{nullptr, 0},
      store_(store),
      owner_(owner),
      type_(type),
      of_functions_(!store.runtime().types.may_be_object(type.element)) {}

TableInstance::~TableInstance() {
  store_.allocator().deallocate(elements, capacity_ * sizeof(Slot), alignof(Slot));
}

TableType TableInstance::current_type() const {
  TableType type = type_;
  type.limits.min = size;
  return type;
}

Slot TableInstance::get(uint64_t index) {
  Slot element;
  if (!try_get(index, element)) Allocator::exit_out_of_memory(sizeof(FuncRef));
  return element;
}

bool TableInstance::try_get(uint64_t index, Slot& element) {
  element = elements[index];
  if (!of_functions_ || !is_lazy_element(element)) return true;
  element = reinterpret_cast<Slot>(owner_->try_func(lazy_index(element)));
  if (element == 0) return false;
  elements[index] = element;
  return true;
}

bool TableInstance::extend(uint64_t new_size, Slot init) {
  if (new_size > capacity_) {
    const uint64_t capacity = std::max(new_size, size == 0 ? 0 : capacity_ * 2);
    if (capacity > SIZE_MAX / sizeof(Slot)) return false;
    Allocator& allocator = store_.allocator();
    auto* moved = static_cast<Slot*>(allocator.allocate(capacity * sizeof(Slot), alignof(Slot)));
    if (moved == nullptr) return false;
    std::copy_n(elements, size, moved);
    allocator.deallocate(elements, capacity_ * sizeof(Slot), alignof(Slot));
    elements = moved;
    capacity_ = capacity;
  }
  // A huge table takes seconds.
  constexpr uint64_t piece = uint64_t{1} << 19;
  for (uint64_t at = size; at < new_size; at += piece) {
    if (at != size && store_.is_interrupted()) return false;
    std::fill_n(elements + at, std::min(piece, new_size - at), init);
  }
  store_.account_table(new_size - size);
  size = new_size;
  return true;
}

bool TableInstance::grow(uint64_t delta, Slot init, uint64_t& old_size) {
  old_size = size;
  const uint64_t room = store_.limits().table_elements - store_.table_elements();
  uint64_t limit = std::min(size + room, uint64_t{0xFFFF'FFFF});
  if (type_.limits.has_max) limit = std::min(limit, type_.limits.max);
  if (delta > limit || size > limit - delta) return false;
  return extend(size + delta, init);
}

}  // namespace zwasm
