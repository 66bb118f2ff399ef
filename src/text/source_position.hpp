// From offsets in a binary back to the text that it was made of.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "wasm/features.hpp"

namespace zwasm {

/// Gives an error about `binary`, which parse_module has made of `source`, the line and column that
/// its offset comes from; returns it as it is if that cannot be said. Nothing is kept for this: the
/// source is parsed once more.
Error at_source(Error error, std::string_view source, const Features& features,
                std::span<const uint8_t> binary);

}  // namespace zwasm
