// The instruction set: enum, properties and look-ups, all derived from opcodes.def.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/string_pool.hpp"
#include "wasm/features.hpp"

namespace zwasm {

/// Dense instruction number, in table order; not the binary encoding.
enum class Opcode : uint16_t {
#define OP(code, name, text, immediate, signature, feature) name,
#include "wasm/opcodes.def"
};

/// Its number, for a switch over some of the instructions.
constexpr uint32_t raw(Opcode opcode) { return static_cast<uint32_t>(opcode); }

/// What follows the opcode in the binary format.
enum class Immediate : uint8_t {
  none,
  block_type,
  label,
  label_table,    ///< br_table: labels and the default
  func,
  type,
  type_table,     ///< call_indirect: type, table
  local,
  global,
  table,
  table_table,    ///< table.copy: destination, source
  elem,
  elem_table,     ///< table.init: segment, table
  data,
  data_memory,    ///< memory.init: segment, memory
  memory,
  memory_memory,  ///< memory.copy: destination, source
  i32,
  i64,
  f32,
  f64,
  v128,
  memarg,
  memarg_lane,
  lane,
  lanes,          ///< i8x16.shuffle: 16 lane numbers
  select_types,
  heap_type,
  cast_label,     ///< br_on_cast: flags, label, two heap types
  type_field,
  type_type,      ///< array.copy: destination, source
  type_count,     ///< array.new_fixed
  type_data,
  type_elem,
  tag,
  try_table,      ///< block type and catch clauses
  fence,          ///< one zero byte
};

/// The kind of one operand or result in a signature; `address` is the index type of the memory
/// that the instruction names.
enum class SignatureKind : uint8_t { i32, i64, f32, f64, v128, address };

/// Operand and result kinds, parsed at compile time from "operands:results".
struct Signature {
  uint8_t param_count = 0;
  uint8_t result_count = 0;
  bool special = false;  ///< typed by hand
  std::array<SignatureKind, 6> kinds{};

  consteval Signature(const char* text) {
    if (std::string_view(text) == "*") {
      special = true;
      return;
    }
    bool results = false;
    for (uint8_t n = 0; *text != '\0'; ++text) {
      if (*text == ':') {
        results = true;
        continue;
      }
      ++(results ? result_count : param_count);
      kinds[n++] = kind_of(*text);
    }
    if (!results) malformed_signature();
  }

  constexpr SignatureKind param(size_t i) const { return kinds[i]; }
  constexpr SignatureKind result(size_t i) const { return kinds[param_count + i]; }

 private:
  static consteval SignatureKind kind_of(char letter) {
    switch (letter) {
      case 'i': return SignatureKind::i32;
      case 'I': return SignatureKind::i64;
      case 'f': return SignatureKind::f32;
      case 'F': return SignatureKind::f64;
      case 'v': return SignatureKind::v128;
      case 'a': return SignatureKind::address;
    }
    malformed_signature();
    return SignatureKind::i32;
  }
  static void malformed_signature() {}  // not constexpr: reaching it fails the compilation
};

/// What the table says of one instruction.
struct OpcodeInfo {
  uint32_t code;          ///< prefix << 16 | subcode
  std::string_view text;  ///< mnemonic of the text format
  Immediate immediate;
  Signature signature;
  Feature feature;
};

/// Its stored form, but for the text.
struct OpcodeRow {
  uint32_t code;
  Immediate immediate;
  Feature feature;
  Signature signature;
};

inline constexpr OpcodeRow opcode_rows[] = {
#define OP(code, name, text, immediate, signature, feature) \
  {code, Immediate::immediate, Feature::feature, Signature(signature)},
#include "wasm/opcodes.def"
};
inline constexpr size_t opcode_count = std::size(opcode_rows);

inline constexpr auto opcode_texts = make_string_pool<opcode_count>(
#define OP(code, name, text, immediate, signature, feature) text "\0"
#include "wasm/opcodes.def"
);

/// All instructions in the order of Opcode.
struct OpcodeTable {
  constexpr OpcodeInfo operator[](size_t i) const {
    const OpcodeRow& row = opcode_rows[i];
    return {row.code, opcode_texts[i], row.immediate, row.signature, row.feature};
  }
};
inline constexpr OpcodeTable opcode_table;

constexpr OpcodeInfo info(Opcode opcode) { return opcode_table[static_cast<size_t>(opcode)]; }

inline constexpr uint16_t no_opcode = 0xFFFF;

/// Instruction numbers by subcode, one array per prefix; no_opcode where nothing is assigned.
/// (0xFD has subcodes up to 0x113; every other prefix stays below 0x100.)
template <uint32_t prefix, size_t size>
consteval std::array<uint16_t, size> make_opcode_lookup() {
  std::array<uint16_t, size> lookup{};
  lookup.fill(no_opcode);
  for (size_t i = 0; i < opcode_count; ++i) {
    if (opcode_rows[i].code >> 16 == prefix) {
      lookup[opcode_rows[i].code & 0xFFFF] = static_cast<uint16_t>(i);
    }
  }
  return lookup;
}
inline constexpr auto opcodes_plain = make_opcode_lookup<0, 256>();
inline constexpr auto opcodes_fb = make_opcode_lookup<0xFB, 32>();
inline constexpr auto opcodes_fc = make_opcode_lookup<0xFC, 32>();
inline constexpr auto opcodes_fd = make_opcode_lookup<0xFD, 0x120>();
inline constexpr auto opcodes_fe = make_opcode_lookup<0xFE, 0x50>();

static_assert(std::ranges::adjacent_find(opcode_rows, std::ranges::greater_equal{},
                                         &OpcodeRow::code) == std::end(opcode_rows),
              "opcodes.def must be sorted by code, without duplicates");
consteval bool opcode_names_match_text() {
  constexpr std::string_view names[] = {
#define OP(code, name, text, immediate, signature, feature) #name,
#include "wasm/opcodes.def"
  };
  for (size_t i = 0; i < opcode_count; ++i) {
    std::string_view name = names[i];
    const std::string_view text = opcode_table[i].text;
    // `select`, `ref.test` and `ref.cast` have two codes; the second name says how they differ.
    if (name.size() > text.size() + 1) name = name.substr(0, text.size());
    if (name.size() == text.size() + 1 && name.back() == '_') name.remove_suffix(1);
    if (!std::ranges::equal(name, text,
                            [](char a, char b) { return a == b || (a == '_' && b == '.'); })) {
      return false;
    }
  }
  return true;
}
static_assert(opcode_names_match_text());

}  // namespace zwasm
