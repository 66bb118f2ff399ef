#include "engine/conversion.hpp"

#include "binary/module_decoder.hpp"
#include "text/parser.hpp"
#include "text/printer.hpp"

namespace zwasm {

Result<Vector<uint8_t>> text_to_binary(std::string_view text, const Features& features) {
  return parse_module(text, features);
}

Result<std::string> binary_to_text(std::span<const uint8_t> binary, const Features& features) {
  const Module module = ZWASM_TRY(decode_module(binary, features, system_allocator()));
  return print_module(module);
}

}  // namespace zwasm
