// What must hold of every module, however it was made.
#pragma once

#include <cstdint>
#include <span>

#include "wasm/features.hpp"

namespace zwasm::fuzz {

/// Decodes and validates the bytes and does with the module whatever can be done without running
/// it. Fails unless: what was decoded survives encoding; what is valid survives printing and
/// parsing; lowering accepts what is valid, or says that it is not supported, and gives the same
/// code when it is repeated to find positions. Returns whether the module is valid.
bool check_module(std::span<const uint8_t> bytes, const Features& features);

}  // namespace zwasm::fuzz
