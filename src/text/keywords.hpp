// The words of the text format.
#pragma once

#include <cstdint>
#include <string_view>

#include "wasm/opcode.hpp"

namespace zwasm::text {

/// Instructions first, with the numbers of their opcodes; where two opcodes share a mnemonic only
/// the first one occurs. Then the words of keywords.def.
enum class Keyword : uint16_t {
#define OP(code, name, text, immediate, signature, feature) name,
#include "wasm/opcodes.def"
#define KEYWORD(name, text) name,
#include "text/keywords.def"
  unknown,  ///< no keyword
};

/// The keyword with this spelling, or Keyword::unknown.
Keyword find_keyword(std::string_view text);

constexpr bool is_instruction(Keyword keyword) {
  return static_cast<size_t>(keyword) < opcode_count;
}
/// The opcode of an instruction keyword.
constexpr Opcode to_opcode(Keyword keyword) {
  return static_cast<Opcode>(static_cast<uint16_t>(keyword));
}

/// log2 of the natural alignment of an instruction with a memory argument.
uint32_t natural_alignment(Opcode opcode);

}  // namespace zwasm::text
