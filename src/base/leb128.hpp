// LEB128 integers (specification, Binary Format: Integers).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace zwasm {

enum class LebError : uint8_t { none, unexpected_end, too_long, too_large };

/// The specification's message of a failure.
constexpr const char* leb_message(LebError error) {
  switch (error) {
    case LebError::none: return "";
    case LebError::unexpected_end: return "unexpected end of section or function";
    case LebError::too_long: return "integer representation too long";
    case LebError::too_large: return "integer too large";
  }
  return "";
}

/// Reads an integer of `bits` bits of any length; signed if T is. Moves `position` behind it, or to
/// the offending byte when it fails.
template <class T, unsigned bits>
[[gnu::noinline]] LebError read_long_leb(const uint8_t*& position, const uint8_t* end, T& value) {
  // Four bytes at once: they cannot be too many or too large.
  static_assert(bits >= 28 && std::endian::native == std::endian::little);
  if (end - position >= 4) {
    uint32_t word;
    std::memcpy(&word, position, 4);
    const uint32_t last = ~word & 0x80808080;  // the high bit of each byte that may be the last
    if (last != 0) {
      const auto size = static_cast<unsigned>(std::countr_zero(last) + 1) / 8;
      const unsigned unused = 32 - 7 * size;
      const uint32_t joined = ((word & 0x7F) | (word >> 1 & 0x3F80) | (word >> 2 & 0x1FC000) |
                               (word >> 3 & 0xFE00000))
                              << unused;
      position += size;
      if constexpr (std::is_signed_v<T>) {
        value = static_cast<int32_t>(joined) >> unused;
      } else {
        value = joined >> unused;
      }
      return LebError::none;
    }
  }
  uint64_t result = 0;
  unsigned shift = 0;
  const uint8_t* p = position;
  for (;; ++p) {
    if (p == end) {
      position = p;
      return LebError::unexpected_end;
    }
    if (shift >= bits) {
      position = p;
      return LebError::too_long;
    }
    const unsigned byte = *p;
    const unsigned used = bits - shift;  // bits of this byte that belong to the integer, if < 7
    if (used < 7) {
      const unsigned unused_mask = (0x7Fu << (std::is_signed_v<T> ? used - 1 : used)) & 0x7F;
      const unsigned unused = byte & unused_mask;
      if (unused != 0 && (!std::is_signed_v<T> || unused != unused_mask)) {
        position = p;
        return LebError::too_large;
      }
    }
    result |= static_cast<uint64_t>(byte & 0x7F) << shift;
    shift += 7;
    if ((byte & 0x80) == 0) break;
  }
  position = p + 1;
  if (std::is_signed_v<T> && shift < 64) {
    const unsigned unused = 64 - shift;
    result = static_cast<uint64_t>(static_cast<int64_t>(result << unused) >> unused);
  }
  value = static_cast<T>(result);
  return LebError::none;
}

/// The same with a short path for one byte, which most integers in a module need.
template <class T, unsigned bits = sizeof(T) * 8>
[[gnu::always_inline]] inline LebError read_leb(const uint8_t*& position, const uint8_t* end,
                                                T& value) {
  static_assert(bits >= 7);
  if (position != end && *position < 0x80) {
    const unsigned byte = *position++;
    if constexpr (std::is_signed_v<T>) {
      value = static_cast<T>(static_cast<int32_t>(byte << 25) >> 25);
    } else {
      value = static_cast<T>(byte);
    }
    return LebError::none;
  }
  return read_long_leb<T, bits>(position, end, value);
}

/// Bytes that an encoding of `value` needs at least.
constexpr unsigned unsigned_leb_size(uint64_t value) {
  unsigned size = 1;
  while ((value >>= 7) != 0) ++size;
  return size;
}

}  // namespace zwasm
