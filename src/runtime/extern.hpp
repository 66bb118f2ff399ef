// What modules import and export (specification, External Instances).
#pragma once

#include <cstdint>
#include <string>

#include "runtime/memory.hpp"
#include "runtime/table.hpp"
#include "runtime/value.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/type_canon.hpp"
#include "wasm/types.hpp"

namespace zwasm {

/// A global: where its value is, and its type with canonical ids. Two are the same global if their
/// cells are the same. Copyable; the cell lives as long as the store.
struct GlobalInstance {
  GlobalCell* cell = nullptr;
  GlobalType type;

  Value get() const { return {type.type, cell->low, cell->high}; }
  /// `value` has the global's type.
  void set(const Value& value) const { *cell = {value.low(), value.high()}; }
};

/// A tag. Its address is its identity.
struct TagInstance {
  CanonicalType type;
};

/// A function, table, memory, global or tag of a store. Copyable; what it refers to lives as long
/// as the store.
struct Extern {
  ExternKind kind = ExternKind::func;
  union {
    const FuncRef* func;
    TableInstance* table;
    MemoryInstance* memory;
    TagInstance* tag;
  };
  GlobalInstance global;

  Extern() : func(nullptr) {}
  Extern(const FuncRef& function) : kind(ExternKind::func), func(&function) {}
  Extern(TableInstance& the_table) : kind(ExternKind::table), table(&the_table) {}
  Extern(MemoryInstance& the_memory) : kind(ExternKind::memory), memory(&the_memory) {}
  Extern(const GlobalInstance& the_global)
      : kind(ExternKind::global), func(nullptr), global(the_global) {}
  Extern(TagInstance& the_tag) : kind(ExternKind::tag), tag(&the_tag) {}
};

}  // namespace zwasm
