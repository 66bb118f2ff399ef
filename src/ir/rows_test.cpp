#include "ir/rows.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace zwasm {

TEST_CASE("operation names are unique") {
  std::set<std::string> names;
  for (size_t i = 0; i < ir_op_count; ++i) {
    const std::string name = info(static_cast<IrOp>(i)).name;
    CHECK_MESSAGE(names.insert(name).second, name);
  }
}

TEST_CASE("every w form is followed by its accumulator-only form") {
  for (size_t i = 0; i + 1 < static_cast<size_t>(IrOp::copy); ++i) {
    const auto op = static_cast<IrOp>(i);
    const std::string name = info(op).name;
    const bool load_mode = name.ends_with("_w_guard") || name.ends_with("_w_checked");
    if (!name.ends_with("_w") && !load_mode) continue;
    const std::string next = info(form(op, 1)).name;
    const size_t letter = load_mode ? name.rfind("_w_") + 1 : name.size() - 1;
    CHECK_MESSAGE(name.substr(0, letter) == next.substr(0, letter), name);
    CHECK_MESSAGE((next[letter] == 'a' || next[letter] == 'f'), name);
    CHECK_MESSAGE(info(op).format == info(form(op, 1)).format, name);
  }
  CHECK(info(form(IrOp::global_get_w, forms::accumulator_only)).name == "global_get_a");
}

TEST_CASE("mirrored and inverse comparisons are involutions") {
  for (size_t i = 0; i < opcode_count; ++i) {
    const auto opcode = static_cast<Opcode>(i);
    const auto row = comparison(opcode);
    if (!row) continue;
    CHECK(comparison(row->mirrored)->mirrored == opcode);
    CHECK(comparison(row->inverse)->inverse == opcode);
    CHECK(comparison(row->inverse)->is_float == row->is_float);
  }
}

}  // namespace zwasm
