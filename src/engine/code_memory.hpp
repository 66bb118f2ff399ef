// Memory for the cells of lowered functions.
#pragma once

#include <cstdint>

#include "base/vector.hpp"
#include "ir/cell.hpp"
#include "os/virtual_memory.hpp"

namespace zwasm {

/// Hands out cells from page-aligned chunks; they live as long as this. Not thread-safe.
class CodeMemory {
 public:
  explicit CodeMemory(Allocator& allocator) : chunks_(allocator) {}

  /// `count` cells, or null when there is no memory.
  Cell* allocate(size_t count);
  /// Bytes handed out.
  size_t used_bytes() const { return used_bytes_; }

 private:
  Vector<os::Mapping> chunks_;
  size_t chunk_used_ = 0;  ///< of the last chunk
  size_t next_chunk_bytes_ = 16 * 1024;
  size_t used_bytes_ = 0;
};

}  // namespace zwasm
