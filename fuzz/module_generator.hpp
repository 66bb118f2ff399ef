// Valid modules from arbitrary bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace zwasm::fuzz {

/// Where the constants of a generated module are. Its meaning does not depend on it, but what the
/// translation can know does.
enum class Constants : uint8_t {
  in_code,     ///< i32.const and the like
  in_globals,  ///< mutable globals that nothing changes
};

struct GeneratorOptions {
  Constants constants = Constants::in_code;
  /// The module does the same in every engine with canonical NaNs: it counts loops and calls and
  /// traps when there were too many (calling its export "refuel" begins anew), and has no relaxed
  /// multiplication and addition, which may be fused.
  bool is_portable = false;
};

/// Reads `choices` as a sequence of decisions, 0 from its end on, and returns a valid module in the
/// binary format: exported functions and globals, memories, a table and segments. Similar
/// choices give similar modules. Uses only instructions that this build executes.
std::vector<uint8_t> generate_module(std::span<const uint8_t> choices,
                                     const GeneratorOptions& options);

/// Whether the module may compute with floats. The payload of a NaN that comes of other NaNs is not
/// determined, so only the results of modules without arithmetic on floats do not depend on the
/// form of their constants.
bool computes_with_floats(std::span<const uint8_t> choices);

/// Whether the module has structs, arrays, exceptions, function references and atomics.
bool has_objects(std::span<const uint8_t> choices);

}  // namespace zwasm::fuzz
