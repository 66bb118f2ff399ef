#include "base/byte_span.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace zwasm {

TEST_CASE("a byte span is the span that it was made from") {
  const std::vector<uint8_t> bytes = {1, 2, 3, 250};
  const ByteSpan small(bytes);
  CHECK(small.data() == bytes.data());
  CHECK(small.size() == 4);
  CHECK(small[3] == 250);
  CHECK(std::ranges::equal(small.span(), bytes));
  const std::span<const uint8_t> back = small;
  CHECK(back.data() == bytes.data());
  CHECK(back.size() == bytes.size());
  CHECK(ByteSpan(bytes.data() + 1, bytes.data() + 3).size() == 2);
  CHECK(ByteSpan().empty());
}

}  // namespace zwasm
