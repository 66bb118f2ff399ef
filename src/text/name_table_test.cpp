#include "text/name_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace zwasm::text {
namespace {

constexpr uint64_t factor = 0x9E3779B97F4A7C15u;

/// One step of a hash whose function of the state is known: multiply, fold.
uint64_t step(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * factor;
  return hash ^ hash >> 32;
}

/// Names of 16 bytes that all have the same hash by two such steps, if it starts with the
/// size: the second word undoes what the first one has done.
std::vector<std::string> colliding_names(size_t count) {
  std::vector<std::string> names;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t words[2] = {i, step(16, i) ^ 12345};
    names.emplace_back(reinterpret_cast<const char*>(words), sizeof(words));
  }
  return names;
}

/// Names of so many pairs of words, each pair with or without a difference that cancels, whatever
/// the hash was before: the highest bit of a word reaches the highest bit of the hash and, by the
/// fold, bit 31, and nothing else. A secret start of the hash does not help against these.
std::vector<std::string> cancelling_names(unsigned pairs) {
  constexpr uint64_t high = uint64_t{1} << 63;
  std::vector<std::string> names;
  for (uint64_t choice = 0; choice < uint64_t{1} << pairs; ++choice) {
    std::vector<uint64_t> words;
    for (unsigned pair = 0; pair < pairs; ++pair) {
      const bool with = (choice >> pair & 1) != 0;
      words.push_back(with ? high : 0);
      words.push_back(with ? high | high >> 32 : 0);
    }
    names.emplace_back(reinterpret_cast<const char*>(words.data()), words.size() * 8);
  }
  return names;
}

std::vector<std::string> plain_names(size_t count, size_t size) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    names.push_back(std::to_string(i));
    names.back().resize(size, 'x');
  }
  return names;
}

/// Processor time of filling a table and finding all again: the best of three.
double seconds(const std::vector<std::string>& names) {
  double best = 1e9;
  for (int run = 0; run < 3; ++run) {
    const std::clock_t start = std::clock();
    NameTable table(system_allocator());
    bool right = true;
    for (uint32_t i = 0; i < names.size(); ++i) {
      right = table.set(names[i], i) == NameTable::none && right;
    }
    for (uint32_t i = 0; i < names.size(); ++i) right = table.find(names[i]) == i && right;
    CHECK(right);
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

TEST_CASE("names are found within their scope") {
  NameTable table(system_allocator());
  CHECK(table.find("a") == NameTable::none);
  CHECK(table.set("a", 1) == NameTable::none);
  CHECK(table.set("a", 2, 7) == NameTable::none);
  CHECK(table.find("a") == 1);
  CHECK(table.find("a", 7) == 2);
  CHECK(table.find("a", 8) == NameTable::none);
  CHECK(table.set("a", NameTable::none) == 1);
  CHECK(table.find("a") == NameTable::none);
}

TEST_CASE("names made to collide cost no more than others") {
  constexpr unsigned pairs = 14;
  constexpr size_t count = size_t{1} << pairs;
  // The generators do what they are for.
  const auto known = colliding_names(count), cancelling = cancelling_names(pairs);
  for (const auto& names : {known, cancelling}) {
    uint64_t expected = 0;
    bool equal = true;
    for (const std::string& name : names) {
      uint64_t hash = names == known ? 16 : 0x123456789ABCDEF0u;
      for (size_t at = 0; at < name.size(); at += 8) {
        uint64_t word;
        std::memcpy(&word, name.data() + at, 8);
        hash = step(hash, word);
      }
      if (&name == names.data()) expected = hash;
      equal = equal && hash == expected;
    }
    CHECK(equal);
  }
  // Quadratic would be thousands of times as much.
  CHECK(seconds(known) < 10 * seconds(plain_names(count, 16)) + 0.05);
  CHECK(seconds(cancelling) < 10 * seconds(plain_names(count, 16 * pairs)) + 0.05);
}

}  // namespace
}  // namespace zwasm::text
