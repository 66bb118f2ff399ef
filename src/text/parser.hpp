// Modules in the text format.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/allocator.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "wasm/features.hpp"

namespace zwasm {

/// Parses "(module ...)", or the fields of a module without that, and returns the module in the
/// binary format: with a name section from identifiers and @name annotations, custom sections from
/// @custom annotations and a branch hint section from @metadata.code.branch_hint annotations.
///
/// Errors are of kind malformed (a branch hint in a wrong place: invalid) with line and column, in
/// the specification test suite's words. What only validation can know is not checked, except
/// where the text cannot be translated without it.
Result<Vector<uint8_t>> parse_module(std::string_view source, const Features& features,
                                     Allocator& allocator = system_allocator());

}  // namespace zwasm
