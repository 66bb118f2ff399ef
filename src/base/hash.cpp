#include "base/hash.hpp"

namespace zwasm {

HashSeed HashSeed::make(const void* table) {
  const char here = 0;
  return {{reinterpret_cast<uintptr_t>(table),
           reinterpret_cast<uintptr_t>(&here) ^
               reinterpret_cast<uintptr_t>(&HashSeed::make) << 32}};
}

void Hasher::mix() {
  auto& [a, b, c, d] = state_;
  a += b;
  c += d;
  b = rotate(b, 13) ^ a;
  d = rotate(d, 16) ^ c;
  a = rotate(a, 32);
  c += b;
  a += d;
  b = rotate(b, 17) ^ c;
  d = rotate(d, 21) ^ a;
  c = rotate(c, 32);
}

}  // namespace zwasm
