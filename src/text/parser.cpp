#include "text/parser.hpp"

#include "text/lexer.hpp"
#include "text/module_parser.hpp"

namespace zwasm {

Result<Vector<uint8_t>> parse_module(std::string_view source, const Features& features,
                                     Allocator& allocator) {
  const text::TokenList tokens = ZWASM_TRY(text::tokenize(source, allocator));
  return text::ModuleParser(tokens, features, allocator).run();
}

}  // namespace zwasm
