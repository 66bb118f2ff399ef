#include "engine/conversion.hpp"

#include <algorithm>

#include "binary/module_decoder.hpp"
#include "text/parser.hpp"
#include "text/printer.hpp"

namespace zwasm {

bool is_binary(std::span<const uint8_t> bytes) {
  static constexpr uint8_t magic[] = {0, 'a', 's', 'm'};
  return bytes.size() >= std::size(magic) && std::ranges::equal(bytes.first(4), magic);
}

Result<Vector<uint8_t>> text_to_binary(std::string_view text, const Features& features) {
  return parse_module(text, features);
}

Result<std::string> binary_to_text(std::span<const uint8_t> binary, const Features& features) {
  const Module module = ZWASM_TRY(decode_module(binary, features, system_allocator()));
  return print_module(module);
}

}  // namespace zwasm
