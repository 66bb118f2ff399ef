#include "base/string_pool.hpp"

#include <doctest/doctest.h>

using namespace zwasm;

TEST_CASE("texts of a pool") {
  static constexpr auto pool = make_string_pool<4>("one\0" "two\0" "\0" "four\0");
  static_assert(pool[0] == "one");
  CHECK(pool[1] == "two");
  CHECK(pool[2].empty());
  CHECK(pool[3] == "four");
}
