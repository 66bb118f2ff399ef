#include "engine/code_memory.hpp"

#include <algorithm>

namespace zwasm {

Cell* CodeMemory::allocate(size_t count) {
  constexpr size_t max_chunk_bytes = size_t{1} << 20;
  if (count > SIZE_MAX / 2 / sizeof(Cell)) return nullptr;
  const size_t bytes = count * sizeof(Cell);
  if (chunks_.empty() || chunks_.back().size() - chunk_used_ < bytes) {
    os::Mapping chunk =
        os::Mapping::allocate(os::round_to_pages(std::max(bytes, next_chunk_bytes_)));
    if (!chunk || !chunks_.try_reserve(chunks_.size() + 1)) return nullptr;
    chunks_.push_back(std::move(chunk));
    chunk_used_ = 0;
    next_chunk_bytes_ = std::min(next_chunk_bytes_ * 2, max_chunk_bytes);
  }
  auto* cells = reinterpret_cast<Cell*>(chunks_.back().base() + chunk_used_);
  chunk_used_ += bytes;
  used_bytes_ += bytes;
  return cells;
}

}  // namespace zwasm
