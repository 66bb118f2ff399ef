// Identifiers of a text module as the contents of its name section.
#pragma once

#include <string_view>

#include "binary/encoder.hpp"
#include "text/parse_context.hpp"

namespace zwasm::text {

/// Writes the contents of a name section (without the custom section's own name); false, and
/// nothing written, when nothing has a name. A module name with null data is none.
bool encode_names(std::string_view module_name, const ParseContext& context, ByteWriter& section);

}  // namespace zwasm::text
