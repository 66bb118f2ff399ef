// Between the two formats of modules, without compiling them. Builds without the text format have
// only is_binary.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "wasm/features.hpp"

namespace zwasm {

/// Whether the bytes begin as a binary does; otherwise they are taken for text.
inline bool is_binary(std::span<const uint8_t> bytes) {
  constexpr uint8_t magic[] = {0, 'a', 's', 'm'};
  return bytes.size() >= std::size(magic) && std::ranges::equal(bytes.first(4), magic);
}

/// Translates text to a binary, with a name section for its identifiers. Not validated. Errors:
/// malformed, with line and column.
Result<Vector<uint8_t>> text_to_binary(std::string_view text, const Features& features);

/// Prints a binary, with the names of its name section. It is decoded, not validated. Errors:
/// malformed.
Result<std::string> binary_to_text(std::span<const uint8_t> binary, const Features& features);

}  // namespace zwasm
