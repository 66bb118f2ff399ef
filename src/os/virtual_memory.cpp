#include "os/virtual_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace zwasm::os {

size_t page_size() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

size_t round_to_pages(size_t bytes) {
  const size_t mask = page_size() - 1;
  return bytes > SIZE_MAX - mask ? 0 : (bytes + mask) & ~mask;
}

Mapping Mapping::reserve(size_t size) {
  void* base = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return {};
  return Mapping(static_cast<uint8_t*>(base), size);
}

Mapping Mapping::allocate(size_t size) {
  void* base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return {};
  return Mapping(static_cast<uint8_t*>(base), size);
}

bool Mapping::commit(size_t offset, size_t size) {
  return size == 0 || mprotect(base_ + offset, size, PROT_READ | PROT_WRITE) == 0;
}

bool Mapping::decommit(size_t offset, size_t size) {
  if (size == 0) return true;
  // A fresh mapping in place: one call both drops the pages and forbids access.
  return mmap(base_ + offset, size, PROT_NONE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

void Mapping::populate(size_t offset, size_t size) {
  if (size != 0) madvise(base_ + offset, size, MADV_POPULATE_WRITE);
}

void Mapping::avoid_huge_pages() {
  // A kernel without huge pages refuses; then there is nothing to avoid.
  madvise(base_, size_, MADV_NOHUGEPAGE);
}

bool Mapping::resize(size_t size) {
  void* base = mremap(base_, size_, size, MREMAP_MAYMOVE);
  if (base == MAP_FAILED) return false;
  base_ = static_cast<uint8_t*>(base);
  size_ = size;
  return true;
}

void Mapping::release() {
  if (base_ != nullptr) munmap(base_, size_);
  base_ = nullptr;
  size_ = 0;
}

bool can_reserve(size_t size) { return static_cast<bool>(Mapping::reserve(size)); }

}  // namespace zwasm::os
