// What code calls back into the runtime for.
#pragma once

#include <cstdint>

#include "runtime/vm_context.hpp"

namespace zwasm {

enum class Builtin : uint16_t {
#define BUILTIN(name) name,
#include "runtime/builtins.def"
};

namespace builtins {
#define BUILTIN(name) \
  TrapKind name(VMContext* vmctx, Slot* operands, uint32_t first, uint32_t second);
#include "runtime/builtins.def"
}  // namespace builtins

/// By Builtin; what VMContext::builtins points to.
extern const BuiltinFunction builtin_table[];

}  // namespace zwasm
