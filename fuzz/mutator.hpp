// What libFuzzer calls to mutate an input in place, and what it offers for parts of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed);
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace zwasm::fuzz {

/// libFuzzer's own mutation of `part`, which may grow by up to `slack` bytes.
inline void mutate_bytes(std::vector<uint8_t>& part, size_t slack) {
  const size_t size = part.size();
  part.resize(size + slack);
  part.resize(part.empty() ? 0 : LLVMFuzzerMutate(part.data(), size, part.size()));
}

}  // namespace zwasm::fuzz
