// Address space: reserving, committing and releasing pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace zwasm::os {

/// Bytes of a page; a power of two.
size_t page_size();

/// `bytes` rounded up to whole pages; 0 if that overflows.
size_t round_to_pages(size_t bytes);

/// A range of address space, owned. Empty by default. Sizes and offsets are multiples of the page
/// size. Fresh pages are zero and take memory only once they are touched.
class Mapping {
 public:
  Mapping() = default;
  Mapping(Mapping&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    if (this != &other) {
      release();
      base_ = std::exchange(other.base_, nullptr);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  ~Mapping() { release(); }

  /// Takes address space that cannot be accessed until it is committed; empty when there is none.
  static Mapping reserve(size_t size);
  /// Takes readable and writable pages; empty when there is no memory.
  static Mapping allocate(size_t size);

  uint8_t* base() const { return base_; }
  size_t size() const { return size_; }
  explicit operator bool() const { return base_ != nullptr; }

  /// Makes pages readable and writable; what they held stays. False when memory is short.
  [[nodiscard]] bool commit(size_t offset, size_t size);
  /// Makes pages inaccessible and gives their memory back.
  bool decommit(size_t offset, size_t size);
  /// Gives accessible pages their memory now, which is cheaper than a fault at the first use of
  /// each. Without effect where the system cannot.
  void populate(size_t offset, size_t size);
  /// Asks for small pages where large ones would waste memory.
  void avoid_huge_pages();
  /// Grows a mapping of `allocate` to `size` bytes, keeping its contents; it may move. On failure
  /// nothing changes.
  [[nodiscard]] bool resize(size_t size);
  void release();

 private:
  Mapping(uint8_t* base, size_t size) : base_(base), size_(size) {}
  uint8_t* base_ = nullptr;
  size_t size_ = 0;
};

/// Whether `size` bytes of address space can be reserved now (they are given back at once).
bool can_reserve(size_t size);

}  // namespace zwasm::os
