#include "ir/handler_index.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace zwasm {
namespace {

constexpr uint32_t none = HandlerIndex::none;

/// A table as lowering makes it, of random nested blocks.
class RandomTable {
 public:
  explicit RandomTable(uint32_t seed) : random_(seed) { block(0, 40); }

  std::vector<ExceptionHandler> handlers;

 private:
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

  /// Blocks within [start, end), then the handlers of one that covers all of it.
  void block(uint32_t start, uint32_t end) {
    for (uint32_t at = start + below(3); at < end && below(4) != 0;) {
      const uint32_t behind = at + below(end - at + 1);
      if (end - start > 1 && behind - at < end - start) block(at, behind);
      at = behind + below(3);
    }
    for (uint32_t clauses = below(4); clauses != 0; --clauses) {
      handlers.push_back({start, end, clauses, 0, 0, ExceptionHandler::no_slot});
    }
    if (below(4) == 0) {
      const auto landing = static_cast<uint32_t>(handlers.size()) + 1 + below(4);
      handlers.push_back(
          {start, end, ExceptionHandler::delegated, landing, 0, ExceptionHandler::no_slot});
    }
  }

  std::mt19937 random_;
};

/// The handlers that cover a cell, one after the other: by definition, and by the index.
std::vector<uint32_t> scan(const std::vector<ExceptionHandler>& handlers, uint32_t cell) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < handlers.size(); ++i) {
    if (cell < handlers[i].start || cell >= handlers[i].end) continue;
    found.push_back(i);
    if (handlers[i].tag == ExceptionHandler::delegated) i = handlers[i].landing - 1;
  }
  return found;
}

std::vector<uint32_t> look_up(const HandlerIndex& index, uint32_t cell) {
  std::vector<uint32_t> found;
  for (uint32_t i = index.first(cell); i != none; i = index.next(i)) found.push_back(i);
  return found;
}

}  // namespace

TEST_CASE("an index of handlers finds what a scan of the table finds") {
  size_t most = 0;
  for (uint32_t seed = 0; seed < 500; ++seed) {
    const RandomTable table(seed);
    Arena arena;
    HandlerIndex index;
    REQUIRE(index.make(table.handlers, arena, system_allocator()));
    for (uint32_t cell = 0; cell < 45; ++cell) {
      const std::vector<uint32_t> found = look_up(index, cell);
      CHECK(found == scan(table.handlers, cell));
      most = std::max(most, found.size());
    }
  }
  CHECK(most > 6);
}

TEST_CASE("an index without handlers finds none") {
  CHECK(HandlerIndex().first(0) == none);
}

}  // namespace zwasm
