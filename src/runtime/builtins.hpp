// What code calls back into the runtime for.
#pragma once

#include <cstdint>

#include "runtime/vm_context.hpp"

namespace zwasm {

enum class Builtin : uint16_t {
#define BUILTIN(name) name,
#include "runtime/builtins.def"
};

using BuiltinFunction = TrapKind (*)(VMContext* vmctx, Slot* operands, uint32_t first,
                                     uint32_t second);

namespace builtins {
#define BUILTIN(name) \
  TrapKind name(VMContext* vmctx, Slot* operands, uint32_t first, uint32_t second);
#include "runtime/builtins.def"
}  // namespace builtins

/// By Builtin.
extern const BuiltinFunction builtin_table[];

/// The FuncRef that element `index` of a table stands for, made on first use; null for ref.null.
/// `table` is a table of functions, `index` is in bounds.
const FuncRef* table_function(TableDefinition* table, uint64_t index);

/// Whether a callee of canonical type `actual` may be called as `expected` (equal, or a subtype).
bool call_type_matches(VMContext* vmctx, uint32_t actual, uint32_t expected);

/// Whether a reference is of a type (ref.test). `heap_type` is HeapType::bits of the module's type.
bool reference_matches(VMContext* vmctx, Slot reference, uint32_t heap_type, bool nullable);

/// Makes vmctx's function `entry` runnable: lowers it once, from any thread. On success the entry's
/// body can be executed. Fails with out_of_memory (can be tried again), or unsupported.
TrapKind lower_function(VMContext* vmctx, FuncEntry* entry);

}  // namespace zwasm
