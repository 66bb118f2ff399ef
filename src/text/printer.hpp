// Modules to the text format.
#pragma once

#include <string>

#include "base/result.hpp"
#include "wasm/module.hpp"

namespace zwasm {

/// The module as text that parse_module turns into an equivalent module: flat instructions, one a
/// line; identifiers from the name section; custom sections and branch hints as annotations. The
/// module need not be valid. Fails (malformed) where the instructions of an expression cannot be
/// decoded or nest wrongly.
Result<std::string> print_module(const Module& module);

/// One function of the module as print_module writes it, an import included.
Result<std::string> print_function(const Module& module, FuncIndex function);

}  // namespace zwasm
