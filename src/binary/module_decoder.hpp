// Bytes to a Module (specification, Binary Format: Modules).
#pragma once

#include <cstdint>
#include <span>

#include "base/allocator.hpp"
#include "base/result.hpp"
#include "wasm/features.hpp"
#include "wasm/module.hpp"

namespace zwasm {

/// Decodes all of a module but the instructions of function bodies, which whoever validates them
/// decodes. The module refers to `bytes`, which have to stay as they are while it lives. Errors are
/// `malformed`, with the offset of what is wrong; `invalid` where an index cannot exist in any
/// module. Takes time and memory linear in `bytes`, whatever they hold.
Result<Module> decode_module(std::span<const uint8_t> bytes, const Features& features,
                             Allocator& allocator = system_allocator());

}  // namespace zwasm
