// Valid modules from arbitrary bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace zwasm::fuzz {

/// Reads `choices` as a sequence of decisions, 0 from its end on, and returns a valid module in the
/// binary format: functions that are all exported, memories, a table, globals and segments. Similar
/// choices give similar modules. Uses only instructions that this build executes.
std::vector<uint8_t> generate_module(std::span<const uint8_t> choices);

}  // namespace zwasm::fuzz
