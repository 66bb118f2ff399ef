#include "os/virtual_memory.hpp"

#include <doctest/doctest.h>

#include <cstring>

namespace zwasm::os {

TEST_CASE("sizes are rounded up to whole pages") {
  CHECK(round_to_pages(0) == 0);
  CHECK(round_to_pages(1) == page_size());
  CHECK(round_to_pages(page_size()) == page_size());
  CHECK(round_to_pages(SIZE_MAX) == 0);
}

TEST_CASE("a reservation is committed piece by piece") {
  const size_t page = page_size();
  Mapping mapping = Mapping::reserve(size_t{1} << 30);
  REQUIRE(mapping);
  REQUIRE(mapping.commit(page, 2 * page));
  std::memset(mapping.base() + page, 7, 2 * page);
  CHECK(mapping.base()[page] == 7);
  CHECK(mapping.base()[2 * page] == 7);
  CHECK(mapping.decommit(2 * page, page));
  REQUIRE(mapping.commit(2 * page, page));
  CHECK(mapping.base()[2 * page] == 0);
}

TEST_CASE("a mapping keeps its contents when it grows, and moves with its owner") {
  Mapping mapping = Mapping::allocate(page_size());
  REQUIRE(mapping);
  mapping.base()[3] = 42;
  REQUIRE(mapping.resize(64 * page_size()));
  CHECK(mapping.size() == 64 * page_size());
  CHECK(mapping.base()[3] == 42);
  CHECK(mapping.base()[mapping.size() - 1] == 0);
  Mapping other = std::move(mapping);
  CHECK_FALSE(mapping);
  CHECK(other.base()[3] == 42);
}

TEST_CASE("more address space than there is cannot be reserved") {
  CHECK_FALSE(can_reserve(size_t{1} << 62));
  CHECK(can_reserve(page_size()));
}

}  // namespace zwasm::os
