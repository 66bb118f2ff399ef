#include "base/allocator.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

namespace zwasm {
namespace {

// Counts what is in use, and refuses blocks once `limit` bytes are.
class CountingAllocator final : public Allocator {
 public:
  void* allocate(size_t size, size_t alignment) override {
    if (size > limit - used) return nullptr;
    ++blocks;
    used += size;
    return system_allocator().allocate(size, alignment);
  }
  void deallocate(void* block, size_t size, size_t alignment) override {
    if (block == nullptr) return;
    --blocks;
    used -= size;
    system_allocator().deallocate(block, size, alignment);
  }

  size_t limit = SIZE_MAX;
  size_t used = 0;
  size_t blocks = 0;
};

bool is_aligned(const void* block, size_t alignment) {
  return reinterpret_cast<uintptr_t>(block) % alignment == 0;
}

TEST_CASE("the system allocator honours alignments") {
  for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    void* block = system_allocator().allocate(100, alignment);
    REQUIRE(block != nullptr);
    CHECK(is_aligned(block, alignment));
    system_allocator().deallocate(block, 100, alignment);
  }
  CHECK(system_allocator().allocate(SIZE_MAX - 10, 64) == nullptr);
}

TEST_CASE("an arena gives aligned blocks that do not overlap") {
  Arena arena(system_allocator(), 64);
  uint8_t* previous_end = nullptr;
  for (size_t i = 0; i < 1000; ++i) {
    const size_t alignment = size_t{1} << (i % 7);
    const size_t size = 1 + i * 37 % 300;
    auto* block = static_cast<uint8_t*>(arena.allocate(size, alignment));
    REQUIRE(block != nullptr);
    CHECK(is_aligned(block, alignment));
    CHECK((block >= previous_end || block + size <= previous_end));
    for (size_t j = 0; j < size; ++j) block[j] = static_cast<uint8_t>(i);
    previous_end = block + size;
  }
}

TEST_CASE("an arena returns all memory to its parent") {
  CountingAllocator parent;
  {
    Arena arena(parent, 128);
    for (int i = 0; i < 100; ++i) arena.allocate(1000, 8);
    CHECK(parent.used == arena.footprint());
    CHECK(parent.used >= 100'000);
    CHECK_MESSAGE(parent.blocks < 20, "chunks grow");
    arena.release();
    CHECK(parent.used == 0);
    CHECK(arena.footprint() == 0);
    CHECK(arena.allocate(10, 1) != nullptr);
  }
  CHECK(parent.used == 0);
  CHECK(parent.blocks == 0);
}

TEST_CASE("an arena moves with its blocks") {
  CountingAllocator parent;
  {
    Arena first(parent);
    const std::string_view text = first.copy("kept");
    Arena second(std::move(first));
    CHECK(text == "kept");
    CHECK(first.footprint() == 0);
    Arena third(parent);
    third.allocate(5000, 1);
    third = std::move(second);
    CHECK(text == "kept");
    CHECK(parent.used == third.footprint());
  }
  CHECK(parent.used == 0);
}

TEST_CASE("an arena takes back only its last block") {
  Arena arena;
  void* first = arena.allocate(16, 8);
  void* second = arena.allocate(16, 8);
  arena.deallocate(first, 16, 8);
  CHECK(arena.allocate(16, 8) != first);
  void* last = arena.allocate(16, 8);
  arena.deallocate(last, 16, 8);
  CHECK(arena.allocate(16, 8) == last);
  CHECK(second != last);
}

TEST_CASE("an arena reports exhaustion and stays usable") {
  CountingAllocator parent;
  parent.limit = 10'000;
  Arena arena(parent, 1000);
  CHECK(arena.allocate(100'000, 8) == nullptr);
  CHECK(arena.allocate(SIZE_MAX - 4, 8) == nullptr);
  CHECK(arena.allocate(100, 8) != nullptr);
}

TEST_CASE("make_array value-initialises") {
  Arena arena;
  auto* dirty = static_cast<unsigned char*>(arena.allocate(400, 4));
  for (int i = 0; i < 400; ++i) dirty[i] = 0xFF;
  arena.deallocate(dirty, 400, 4);
  const std::span<uint32_t> numbers = arena.make_array<uint32_t>(100);
  REQUIRE(numbers.size() == 100);
  for (const uint32_t number : numbers) CHECK(number == 0);
  CHECK(arena.make_array<uint32_t>(0).empty());
}

}  // namespace
}  // namespace zwasm
