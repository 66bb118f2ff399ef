#include "text/keywords.hpp"

#include <array>
#include <iterator>

#include "base/string_pool.hpp"

namespace zwasm::text {
namespace {

constexpr auto keyword_count = static_cast<size_t>(Keyword::unknown);

/// Of the keywords that are no instructions.
constexpr auto other_texts = make_string_pool<keyword_count - opcode_count>(
#define KEYWORD(name, text) text "\0"
#include "text/keywords.def"
);

constexpr std::string_view keyword_text(size_t i) {
  return i < opcode_count ? opcode_texts[i] : other_texts[i - opcode_count];
}

constexpr uint32_t hash(std::string_view text) {
  uint32_t h = 2166136261u;
  for (char c : text) h = (h ^ static_cast<uint8_t>(c)) * 16777619u;
  return h ^ h >> 15;
}

/// Open addressing, at most half full of keywords.
constexpr size_t table_size = 2048;
static_assert(keyword_count * 2 <= table_size);

consteval std::array<uint16_t, table_size> make_table() {
  constexpr auto none = static_cast<uint16_t>(Keyword::unknown);
  std::array<uint16_t, table_size> table{};
  table.fill(none);
  for (size_t i = 0; i < keyword_count; ++i) {
    size_t slot = hash(keyword_text(i)) % table_size;
    bool repeated = false;
    while (table[slot] != none && !repeated) {
      repeated = keyword_text(table[slot]) == keyword_text(i);
      slot = (slot + 1) % table_size;
    }
    if (!repeated) table[slot] = static_cast<uint16_t>(i);
  }
  return table;
}
constexpr auto keyword_table = make_table();

// Sizes of the `access` column of opcodes.def.
constexpr uint8_t align_u8 = 0, align_s8 = 0, align_u16 = 1, align_s16 = 1, align_u32 = 2,
                  align_s32 = 2, align_f32 = 2, align_u64 = 3, align_f64 = 3, align_v128 = 4;

constexpr uint8_t natural_alignments[] = {
#define OP(code, name, text, immediate, signature, feature) 0,
#define LOAD(code, name, text, type, access, feature) align_##access,
#define STORE(code, name, text, type, access, feature) align_##access,
#define SIMD_LOAD(code, name, text, access, feature) align_##access,
#define SIMD_STORE(code, name, text, access, feature) align_##access,
#define SIMD_LOAD_LANE(code, name, text, access, feature) align_##access,
#define SIMD_STORE_LANE(code, name, text, access, feature) align_##access,
#define ATOMIC_OP(code, name, text, signature, access, feature) align_##access,
#define ATOMIC_LOAD(code, name, text, type, access, feature) align_##access,
#define ATOMIC_STORE(code, name, text, type, access, feature) align_##access,
#define ATOMIC_RMW(code, name, text, type, access, operation, feature) align_##access,
#define ATOMIC_CMPXCHG(code, name, text, type, access, feature) align_##access,
#include "wasm/opcodes.def"
};
static_assert(std::size(natural_alignments) == opcode_count);

}  // namespace

Keyword find_keyword(std::string_view text) {
  for (size_t slot = hash(text) % table_size;; slot = (slot + 1) % table_size) {
    const uint16_t i = keyword_table[slot];
    if (i == static_cast<uint16_t>(Keyword::unknown) || keyword_text(i) == text) {
      return static_cast<Keyword>(i);
    }
  }
}

uint32_t natural_alignment(Opcode opcode) {
  return natural_alignments[static_cast<size_t>(opcode)];
}

}  // namespace zwasm::text
