// Tables (specification, Table Instances).
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/types.hpp"

namespace zwasm {

class Instance;
class Store;

/// A table. Owned by its store; the address of the definition is its identity. Its elements may
/// move when it grows.
class TableInstance final : public TableDefinition {
 public:
  TableInstance(const TableInstance&) = delete;
  TableInstance& operator=(const TableInstance&) = delete;
  ~TableInstance();

  /// The type as declared; heap types are canonical ids.
  const TableType& type() const { return type_; }
  /// The type as matching sees it: the minimum is the current size.
  TableType current_type() const;
  /// Whether elements may be functions without FuncRef (see TableDefinition).
  bool of_functions() const { return of_functions_; }

  /// Element `index` as a reference; index < size.
  Slot get(uint64_t index);
  /// The same for running code; false when there is no memory for a FuncRef.
  [[nodiscard]] bool try_get(uint64_t index, Slot& element);
  void set(uint64_t index, Slot reference) { elements[index] = reference; }
  /// Grows by `delta` elements of value `init`; false if the type's maximum, the store's limit or
  /// the system forbids it, or if the store is interrupted meanwhile.
  bool grow(uint64_t delta, Slot init, uint64_t& old_size);

  /// The instance whose functions the elements without FuncRef are; null for a table of the host.
  Instance* owner() const { return owner_; }
  /// Another table of the store; null for the last.
  TableInstance* next() const { return next_; }

 private:
  friend class Store;
  TableInstance(Store& store, const TableType& type, Instance* owner);
  /// Adds elements of value `init`; false when there is no memory or the store is interrupted.
  bool extend(uint64_t new_size, Slot init);

  Store& store_;
  Instance* owner_;
  TableType type_;
  bool of_functions_;
  uint64_t capacity_ = 0;
  TableInstance* next_ = nullptr;  ///< in the store
};

/// An element that is function `index` of the table's owner and has no FuncRef yet.
constexpr Slot lazy_element(uint32_t index) { return Slot{index} << 1 | 1; }
constexpr bool is_lazy_element(Slot element) { return (element & 1) != 0; }
constexpr uint32_t lazy_index(Slot element) { return static_cast<uint32_t>(element >> 1); }

inline TableInstance& instance_of(TableDefinition* definition) {
  return *static_cast<TableInstance*>(definition);
}

}  // namespace zwasm
