// Readable listings of predecoded instructions and of register IR.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "ir/cell.hpp"
#include "ir/exception_handler.hpp"
#include "wasm/features.hpp"
#include "wasm/module.hpp"

namespace zwasm {

/// One line for each instruction of a defined function, as decoding and the control tracker see it:
/// byte offset, operand height in slots is left to the reader of the IR; labels are numbered.
Result<std::string> print_predecoded(const Module& module, FuncIndex function,
                                     const Features& features);

/// One line for each operation. `cells` are those of Lowering::cells(), whose handlers are
/// operation numbers. Slots are s0, s1, ...; `acc` is the integer accumulator, `facc` the float
/// accumulator of the operand's type; branch targets are cell numbers. A line for each of
/// `handlers` follows, in the order in which they are tried; cells are numbered as above.
std::string print_ir(std::span<const Cell> cells,
                     std::span<const ExceptionHandler> handlers = {});

}  // namespace zwasm
