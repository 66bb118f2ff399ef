// UTF-8 (specification, Binary Format: Names).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace zwasm {

/// True if `text` is a sequence of Unicode scalar values in shortest form.
inline bool is_valid_utf8(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    if (end - p >= 8) {
      uint64_t word;
      std::memcpy(&word, p, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        p += 8;
        continue;
      }
    }
    const uint32_t lead = static_cast<uint8_t>(*p);
    if (lead < 0x80) {
      ++p;
      continue;
    }
    uint32_t value, smallest;
    int more;
    if (lead < 0xC0) {
      return false;
    } else if (lead < 0xE0) {
      more = 1, value = lead & 0x1F, smallest = 0x80;
    } else if (lead < 0xF0) {
      more = 2, value = lead & 0x0F, smallest = 0x800;
    } else if (lead < 0xF8) {
      more = 3, value = lead & 0x07, smallest = 0x10000;
    } else {
      return false;
    }
    if (end - p <= more) return false;
    for (++p; more != 0; --more, ++p) {
      const uint32_t byte = static_cast<uint8_t>(*p);
      if ((byte & 0xC0) != 0x80) return false;
      value = value << 6 | (byte & 0x3F);
    }
    if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return false;
  }
  return true;
}

/// The scalar value that a non-empty text begins with, and the length of its encoding; length 0 if
/// the text begins with none.
struct DecodedScalar {
  uint32_t value = 0;
  unsigned length = 0;
};
inline DecodedScalar decode_utf8(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const unsigned length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > text.size() || !is_valid_utf8(text.substr(0, length))) return {};
  uint32_t value = length == 1 ? lead : lead & (0x7Fu >> length);
  for (unsigned i = 1; i < length; ++i) value = value << 6 | (static_cast<uint8_t>(text[i]) & 0x3F);
  return {value, length};
}

/// Whether a terminal could act upon the character, or show what is around it in another order or
/// on another line: controls, marks of direction, separators of lines.
inline bool is_unprintable(uint32_t scalar) {
  return scalar < 0x20 || (scalar >= 0x7F && scalar < 0xA0) || scalar == 0x061C ||
         scalar == 0x200E || scalar == 0x200F || (scalar >= 0x2028 && scalar <= 0x202E) ||
         (scalar >= 0x2066 && scalar <= 0x2069);
}

/// Writes the encoding of a scalar value to `out` (room for 4) and returns its length, 1 to 4.
inline unsigned encode_utf8(uint32_t scalar, char* out) {
  const auto put = [&](unsigned i, uint32_t byte) { out[i] = static_cast<char>(byte); };
  if (scalar < 0x80) {
    put(0, scalar);
    return 1;
  }
  if (scalar < 0x800) {
    put(0, 0xC0 | scalar >> 6);
    put(1, 0x80 | (scalar & 0x3F));
    return 2;
  }
  if (scalar < 0x10000) {
    put(0, 0xE0 | scalar >> 12);
    put(1, 0x80 | (scalar >> 6 & 0x3F));
    put(2, 0x80 | (scalar & 0x3F));
    return 3;
  }
  put(0, 0xF0 | scalar >> 18);
  put(1, 0x80 | (scalar >> 12 & 0x3F));
  put(2, 0x80 | (scalar >> 6 & 0x3F));
  put(3, 0x80 | (scalar & 0x3F));
  return 4;
}

}  // namespace zwasm
