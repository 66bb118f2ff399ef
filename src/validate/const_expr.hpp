// Constant expressions (specification, Validation: Constant Expressions).
#pragma once

#include <cstdint>

#include "validate/module_context.hpp"
#include "wasm/opcode.hpp"

namespace zwasm {

/// What a constant expression may refer to.
struct ConstantScope {
  uint32_t globals;              ///< only globals below this index exist
  DeclaredFunctions* declared;   ///< receives the functions of ref.func
};

/// True if the instruction may occur in a constant expression; global.get only may if the global is
/// immutable, which the caller checks.
bool is_constant(Opcode opcode, const Features& features);

/// Whether constant expressions may read globals that the module defines: since the proposal of
/// garbage collection, whose code this does not need.
bool own_globals_are_constant(const Features& features);

/// How many of the module's globals the elements and offsets of segments may read.
uint32_t globals_of_segments(const Module& module, const Features& features);

}  // namespace zwasm
