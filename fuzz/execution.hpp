// Running modules in bounds, and what of it can be compared.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zwasm::fuzz {

/// What can be seen of a run.
struct Execution {
  bool compiled = false;
  /// Nothing ran out of fuel or stack, which where it happens depends on the translation.
  bool is_complete = true;
  /// Results and errors in the order of the calls, then exported globals.
  std::vector<std::string> record;
  std::vector<std::vector<uint8_t>> memories;  ///< afterwards
};

/// Instantiates a module, with functions that trap for its imports, and calls every exported
/// function with a few arguments, in bounds of memory and stack. `metered`: in bounds of fuel too,
/// without which a module that does not end must not be run.
Execution execute(std::span<const uint8_t> module, bool metered);

/// Fails unless the two runs, of modules that mean the same, went alike. Runs that are not complete
/// are not compared.
void require_same(const Execution& a, const Execution& b, std::string_view what);

}  // namespace zwasm::fuzz
