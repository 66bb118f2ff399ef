// Scatter and gather lists of the guest, as the host's.
#pragma once

#include <limits.h>
#include <sys/uio.h>

#include <cstdint>
#include <span>

#include "wasi/p1/handlers.hpp"

namespace zwasm::wasi::p1 {

/// A list that was read and checked once. Empty buffers are left out. Lists longer than IOV_MAX are
/// cut there: reads and writes may always move less than asked.
class IoVectors {
 public:
  Errno load(const GuestMemory& memory, Pointer list, Size length);

  std::span<iovec> span() { return {list_, count_}; }
  uint64_t total() const { return total_; }
  bool is_cut() const { return is_cut_; }
  /// The first buffers, `limit` bytes at most, after `skip` bytes: a copy in `result`.
  std::span<iovec> part(uint64_t skip, uint64_t limit, IoVectors& result) const;

 private:
  uint32_t count_ = 0;
  bool is_cut_ = false;
  uint64_t total_ = 0;
  iovec list_[IOV_MAX];  // no initialiser: 16 KiB that most calls touch one entry of
};

}  // namespace zwasm::wasi::p1
