// Constant folding: what a pure instruction yields for constant operands.
#pragma once

#include <optional>

#include "wasm/opcode.hpp"
#include "wasm/slots.hpp"

namespace zwasm {

/// The result of a scalar instruction on operands given as slots; `b` counts only if there are two.
/// Nothing for instructions that are not pure, that would trap, and where the result is a NaN:
/// which one it is only the processor says when it runs.
std::optional<Slot> fold(Opcode opcode, Slot a, Slot b);

}  // namespace zwasm
