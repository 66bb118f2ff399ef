// Hashing for tables in memory. Values differ between builds and are never stored.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace zwasm {

/// Mixes `value` into `hash`; order matters. Start with 0.
constexpr uint64_t hash_combine(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 32;
}

inline uint64_t hash_bytes(std::string_view bytes) {
  uint64_t hash = bytes.size();
  const char* p = bytes.data();
  size_t left = bytes.size();
  while (left != 0) {
    uint64_t word = 0;
    const size_t count = left < sizeof word ? left : sizeof word;
    std::memcpy(&word, p, count);
    hash = hash_combine(hash, word);
    p += count;
    left -= count;
  }
  return hash;
}

}  // namespace zwasm
