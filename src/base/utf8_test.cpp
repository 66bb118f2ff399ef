#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace zwasm {
namespace {

// The table of well-formed byte sequences in the Unicode standard, by lead byte.
bool is_well_formed(const uint8_t* bytes, size_t size) {
  const auto in = [&](size_t i, unsigned low, unsigned high) {
    return bytes[i] >= low && bytes[i] <= high;
  };
  const auto tail = [&](size_t i) { return in(i, 0x80, 0xBF); };
  const uint8_t lead = bytes[0];
  switch (size) {
    case 1: return lead < 0x80;
    case 2: return in(0, 0xC2, 0xDF) && tail(1);
    case 3:
      return tail(2) && ((lead == 0xE0 && in(1, 0xA0, 0xBF)) || (in(0, 0xE1, 0xEC) && tail(1)) ||
                         (lead == 0xED && in(1, 0x80, 0x9F)) || (in(0, 0xEE, 0xEF) && tail(1)));
    case 4:
      return tail(2) && tail(3) &&
             ((lead == 0xF0 && in(1, 0x90, 0xBF)) || (in(0, 0xF1, 0xF3) && tail(1)) ||
              (lead == 0xF4 && in(1, 0x80, 0x8F)));
    default: return false;
  }
}

TEST_CASE("single sequences are judged as in the Unicode standard") {
  constexpr uint8_t following[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
  uint8_t bytes[4];
  const auto text = [&](size_t size) {
    return std::string_view(reinterpret_cast<const char*>(bytes), size);
  };
  for (unsigned lead = 0; lead < 256; ++lead) {
    bytes[0] = static_cast<uint8_t>(lead);
    CHECK(is_valid_utf8(text(1)) == is_well_formed(bytes, 1));
    if (lead < 0x80) continue;  // the rest would be several sequences
    for (const uint8_t second : following) {
      bytes[1] = second;
      CHECK(is_valid_utf8(text(2)) == is_well_formed(bytes, 2));
      for (const uint8_t third : following) {
        bytes[2] = third;
        if (!is_well_formed(bytes, 2)) CHECK(is_valid_utf8(text(3)) == is_well_formed(bytes, 3));
        for (const uint8_t fourth : following) {
          bytes[3] = fourth;
          if (!is_well_formed(bytes, 2) && !is_well_formed(bytes, 3)) {
            CHECK(is_valid_utf8(text(4)) == is_well_formed(bytes, 4));
          }
        }
      }
    }
  }
}

TEST_CASE("every scalar value survives encoding") {
  for (uint32_t scalar = 0; scalar <= 0x10FFFF; scalar += scalar < 0x3000 ? 1 : 61) {
    if (scalar >= 0xD800 && scalar < 0xE000) continue;
    char bytes[4];
    const unsigned size = encode_utf8(scalar, bytes);
    REQUIRE(is_well_formed(reinterpret_cast<const uint8_t*>(bytes), size));
    REQUIRE(is_valid_utf8({bytes, size}));
  }
}

TEST_CASE("a bad byte is found at every place of a longer text") {
  const std::string good = "sixteen letters, caf\xC3\xA9, and then some more text";
  CHECK(is_valid_utf8(good));
  CHECK(is_valid_utf8(""));
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = '\xFF';
    CHECK_FALSE(is_valid_utf8(bad));
  }
  CHECK_FALSE(is_valid_utf8(std::string_view(good).substr(0, good.find('\xC3') + 1)));
}

}  // namespace
}  // namespace zwasm
