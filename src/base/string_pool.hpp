// Many short constant texts in little space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zwasm {

/// `count` texts, taken from one literal in which a zero ends each. An array of string_view would
/// take 16 bytes for each text, and a pointer that is relocated at every start of the program; this
/// takes two bytes and no relocation.
template <size_t count, size_t size>
class StringPool {
 public:
  consteval explicit StringPool(const char (&texts)[size]) {
    static_assert(size - 1 <= UINT16_MAX);
    size_t n = 0;
    for (size_t i = 0; i < size - 1; ++i) {
      texts_[i] = texts[i];
      if (texts[i] == '\0') starts_[++n] = static_cast<uint16_t>(i + 1);
    }
    if (n != count) wrong_count();
  }
  constexpr std::string_view operator[](size_t index) const {
    return {texts_ + starts_[index], size_t{starts_[index + 1]} - starts_[index] - 1};
  }

 private:
  static void wrong_count() {}  // not constexpr: reaching it fails the compilation

  char texts_[size - 1] = {};
  uint16_t starts_[count + 1] = {};
};

/// The pool of `count` texts.
template <size_t count, size_t size>
consteval StringPool<count, size> make_string_pool(const char (&texts)[size]) {
  return StringPool<count, size>(texts);
}

}  // namespace zwasm
