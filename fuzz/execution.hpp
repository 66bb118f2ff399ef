// Running modules in bounds, and what of it can be compared.
#pragma once

#include <cstdint>
#include <span>

namespace zwasm::fuzz {

/// Runs a module: instantiates it with functions that trap for its imports and calls every exported
/// function with a few arguments, in bounds of fuel, memory and stack. Nothing the module does may
/// be more than a trap. If nothing ran out of its bounds, the same is done without fuel, which has
/// to give the same results, traps and memories. `must_compile`: the module is known to be valid.
void check_execution(std::span<const uint8_t> module, bool must_compile);

}  // namespace zwasm::fuzz
