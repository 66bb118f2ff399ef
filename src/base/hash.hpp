// Hashing for tables in memory whose keys come from guests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace zwasm {

/// What a table's hashes depend on besides the keys. A guest that cannot know it cannot make keys
/// that fall into the same place of the table, which would cost quadratic time.
struct HashSeed {
  uint64_t words[2];

  /// A seed from the addresses of a table and of the stack, which the system chooses at random for
  /// each process.
  static HashSeed make(const void* table);
};

/// SipHash-1-3 of the words and texts that are added. Values differ between tables and processes,
/// and are never stored.
class Hasher {
 public:
  explicit Hasher(const HashSeed& seed)
      : state_{seed.words[0] ^ 0x736F6D6570736575u, seed.words[1] ^ 0x646F72616E646F6Du,
               seed.words[0] ^ 0x6C7967656E657261u, seed.words[1] ^ 0x7465646279746573u} {}

  void add(uint64_t word) {
    state_[3] ^= word;
    mix();
    state_[0] ^= word;
  }

  /// The text with its size, so that "ab", "c" differs from "a", "bc".
  void add(std::string_view text) {
    add(text.size());
    while (!text.empty()) {
      uint64_t word = 0;
      const size_t count = text.size() < sizeof(word) ? text.size() : sizeof(word);
      std::memcpy(&word, text.data(), count);
      add(word);
      text.remove_prefix(count);
    }
  }

  /// The hash; nothing may be added after it.
  uint64_t finish() {
    state_[2] ^= 0xFF;
    for (int i = 0; i < 3; ++i) mix();
    return state_[0] ^ state_[1] ^ state_[2] ^ state_[3];
  }

 private:
  static constexpr uint64_t rotate(uint64_t word, unsigned bits) {
    return word << bits | word >> (64 - bits);
  }
  void mix();

  uint64_t state_[4];
};

}  // namespace zwasm
