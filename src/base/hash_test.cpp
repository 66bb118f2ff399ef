#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace zwasm {
namespace {

template <class... Parts>
uint64_t hash(const HashSeed& seed, Parts... parts) {
  Hasher hasher(seed);
  (hasher.add(parts), ...);
  return hasher.finish();
}

TEST_CASE("every bit of a key and of the seed changes the low bits of a hash") {
  const HashSeed seed = {{1, 2}};
  for (int word = 0; word < 2; ++word) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      unsigned by_key = 0, by_seed = 0;
      for (uint64_t i = 0; i < 64; ++i) {
        uint64_t key[2] = {i * 0x9E3779B97F4A7C15u, i};
        const uint64_t before = hash(seed, key[0], key[1]) & 0xFFFF;
        HashSeed other = seed;
        other.words[word] ^= uint64_t{1} << bit;
        by_seed += (hash(other, key[0], key[1]) & 0xFFFF) != before;
        key[word] ^= uint64_t{1} << bit;
        by_key += (hash(seed, key[0], key[1]) & 0xFFFF) != before;
      }
      CHECK(by_key >= 62);
      CHECK(by_seed >= 62);
    }
  }
}

TEST_CASE("texts are hashed with their sizes") {
  const HashSeed seed = {{1, 2}};
  std::set<uint64_t> hashes;
  const std::string zeros(40, '\0');
  for (size_t size = 0; size < 40; ++size) {
    hashes.insert(hash(seed, std::string_view(zeros).substr(0, size)));
  }
  CHECK(hashes.size() == 40);
  CHECK(hash(seed, std::string_view("ab"), std::string_view("c")) !=
        hash(seed, std::string_view("a"), std::string_view("bc")));
}

TEST_CASE("tables have seeds of their own") {
  const int tables[2] = {};
  const HashSeed first = HashSeed::make(&tables[0]), second = HashSeed::make(&tables[1]);
  CHECK(hash(first, uint64_t{1}) != hash(second, uint64_t{1}));
}

}  // namespace
}  // namespace zwasm
