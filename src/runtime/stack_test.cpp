#include "runtime/stack.hpp"

#include <doctest/doctest.h>

namespace zwasm {

TEST_CASE("a stack has as much room for control records as for values") {
  const Stack stack = Stack::make(1 << 20);
  REQUIRE(stack);
  CHECK(static_cast<size_t>(stack.slots_end() - stack.slots()) * sizeof(Slot) == 1 << 20);
  CHECK(reinterpret_cast<uint8_t*>(stack.slots()) - reinterpret_cast<uint8_t*>(stack.control()) >=
        (1 << 20));
  stack.slots()[0] = 1;
  stack.slots_end()[-1] = 2;
  stack.control()[0].next = nullptr;
  stack.native_top()[-1] = 3;
  CHECK(stack.slots()[0] == 1);
}

TEST_CASE("a pool recycles stacks and keeps only some") {
  StackPool pool(64 * 1024, system_allocator(), 1);
  Stack first = pool.take();
  Stack second = pool.take();
  REQUIRE(first);
  REQUIRE(second);
  Slot* const slots = first.slots();
  CHECK(slots != second.slots());
  pool.give_back(std::move(first));
  pool.give_back(std::move(second));
  CHECK(pool.take().slots() == slots);
}

TEST_CASE("a stack larger than the address space is refused") {
  CHECK_FALSE(Stack::make(SIZE_MAX / 2));
  CHECK_FALSE(Stack::make(SIZE_MAX));
}

}  // namespace zwasm
