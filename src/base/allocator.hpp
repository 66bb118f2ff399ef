// The one interface through which the library gets memory, and the arena built on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

namespace zwasm {

/// Source of memory for everything the library stores. Implementations must be callable from any
/// thread. Whoever receives an `Allocator&` must keep it alive for as long as what it allocated.
class Allocator {
 public:
  Allocator() = default;
  Allocator(const Allocator&) = delete;
  Allocator& operator=(const Allocator&) = delete;

  /// Returns `size` bytes aligned to `alignment` (a power of two), or nullptr when there are none.
  virtual void* allocate(size_t size, size_t alignment) = 0;

  /// Takes back a block of `allocate`, with the same size and alignment. Null is allowed.
  virtual void deallocate(void* block, size_t size, size_t alignment) = 0;

  /// `allocate` for bookkeeping whose size is linear in input that is already in memory: it does
  /// not return without memory, but ends the process with one line, unless std::get_new_handler()
  /// ends it in a way of its own. Guest-controlled amounts (memories, tables, stacks, translated
  /// code) use `allocate` and report an `Error`.
  void* allocate_or_exit(size_t size, size_t alignment) {
    void* block = allocate(size, alignment);
    if (block == nullptr && size != 0) exit_out_of_memory(size);
    return block;
  }

  /// Ends the process with one line: bookkeeping of `size` bytes found no memory, and what needs it
  /// can neither go on nor be undone.
  [[noreturn]] static void exit_out_of_memory(size_t size);

 protected:
  ~Allocator() = default;
};

/// The allocator over malloc that is used when the embedder gives none.
Allocator& system_allocator();

/// Ends the life of an object in a block of `allocator`. Null is allowed.
template <class T>
void destroy_object(Allocator& allocator, T* object) {
  if (object == nullptr) return;
  object->~T();
  allocator.deallocate(object, sizeof(T), alignof(T));
}

/// Bump allocator: hands out memory from chunks and frees all of it when it is destroyed.
/// Not thread-safe. `deallocate` gives memory back only when the block was the last one.
class Arena final : public Allocator {
 public:
  /// `chunk_size`: bytes of the first chunk; later chunks double up to 1 MiB.
  explicit Arena(Allocator& parent = system_allocator(), size_t chunk_size = 4096)
      : parent_(&parent), next_chunk_size_(chunk_size) {}
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;
  ~Arena() { release(); }

  void* allocate(size_t size, size_t alignment) override;
  void deallocate(void* block, size_t size, size_t alignment) override;

  /// Frees everything; the arena can be used again.
  void release();

  /// Bytes taken from the parent.
  size_t footprint() const { return footprint_; }

  /// A value-initialised array of `count` trivially destructible elements.
  template <class T>
  std::span<T> make_array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* data = static_cast<T*>(allocate_or_exit(count * sizeof(T), alignof(T)));
    for (size_t i = 0; i < count; ++i) new (data + i) T();
    return {data, count};
  }

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text);

 private:
  struct Chunk {
    Chunk* previous;
    size_t size;
  };
  Allocator* parent_;
  Chunk* chunk_ = nullptr;
  char* position_ = nullptr;
  char* end_ = nullptr;
  size_t next_chunk_size_;
  size_t footprint_ = 0;
};

}  // namespace zwasm
