#include "base/allocator.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace zwasm {
namespace {

constexpr size_t max_chunk_size = size_t{1} << 20;

class SystemAllocator final : public Allocator {
 public:
  void* allocate(size_t size, size_t alignment) override {
    if (alignment <= alignof(std::max_align_t)) return std::malloc(size);
    const size_t rounded = (size + alignment - 1) & ~(alignment - 1);
    return rounded < size ? nullptr : std::aligned_alloc(alignment, rounded);
  }
  void deallocate(void* block, size_t, size_t) override { std::free(block); }
};

char* align_up(char* pointer, size_t alignment) {
  const auto address = reinterpret_cast<uintptr_t>(pointer);
  return pointer + (((address + alignment - 1) & ~(uintptr_t{alignment} - 1)) - address);
}

}  // namespace

void Allocator::exit_out_of_memory(size_t size) {
  // What a program has set for `new` it wants here, too: it may know better what to say.
  if (const std::new_handler handler = std::get_new_handler(); handler != nullptr) handler();
  std::fprintf(stderr, "zwasm: out of memory: no %zu bytes for bookkeeping\n", size);
  std::_Exit(70);
}

Allocator& system_allocator() {
  // Stateless, and never destroyed: nothing depends on the order of static destruction.
  static union Storage {
    Storage() : allocator() {}
    ~Storage() {}
    SystemAllocator allocator;
  } storage;
  return storage.allocator;
}

Arena::Arena(Arena&& other) noexcept
    : parent_(other.parent_),
      chunk_(std::exchange(other.chunk_, nullptr)),
      position_(std::exchange(other.position_, nullptr)),
      end_(std::exchange(other.end_, nullptr)),
      next_chunk_size_(other.next_chunk_size_),
      footprint_(std::exchange(other.footprint_, 0)) {}

Arena& Arena::operator=(Arena&& other) noexcept {
  if (this != &other) {
    release();
    parent_ = other.parent_;
    chunk_ = std::exchange(other.chunk_, nullptr);
    position_ = std::exchange(other.position_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    next_chunk_size_ = other.next_chunk_size_;
    footprint_ = std::exchange(other.footprint_, 0);
  }
  return *this;
}

void* Arena::allocate(size_t size, size_t alignment) {
  char* block = align_up(position_, alignment);
  if (position_ == nullptr || block > end_ || static_cast<size_t>(end_ - block) < size) {
    const size_t needed = sizeof(Chunk) + size + alignment;
    if (needed < size) return nullptr;
    const size_t chunk_size = std::max(needed, next_chunk_size_);
    auto* chunk = static_cast<Chunk*>(parent_->allocate(chunk_size, alignof(std::max_align_t)));
    if (chunk == nullptr) return nullptr;
    next_chunk_size_ = std::min(next_chunk_size_ * 2, max_chunk_size);
    *chunk = {chunk_, chunk_size};
    chunk_ = chunk;
    footprint_ += chunk_size;
    position_ = reinterpret_cast<char*>(chunk + 1);
    end_ = reinterpret_cast<char*>(chunk) + chunk_size;
    block = align_up(position_, alignment);
  }
  position_ = block + size;
  return block;
}

void Arena::deallocate(void* block, size_t size, size_t) {
  if (block != nullptr && static_cast<char*>(block) + size == position_) {
    position_ = static_cast<char*>(block);
  }
}

void Arena::release() {
  while (chunk_ != nullptr) {
    Chunk* const previous = chunk_->previous;
    parent_->deallocate(chunk_, chunk_->size, alignof(std::max_align_t));
    chunk_ = previous;
  }
  position_ = end_ = nullptr;
  footprint_ = 0;
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* data = static_cast<char*>(allocate_or_exit(text.size(), 1));
  std::memcpy(data, text.data(), text.size());
  return {data, text.size()};
}

}  // namespace zwasm
