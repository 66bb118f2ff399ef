#include "ir/fold.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace zwasm {

TEST_CASE("pure instructions on constants") {
  CHECK(fold(Opcode::i32_add, 0xFFFFFFFF, 2) == Slot{1});
  CHECK(fold(Opcode::i64_shl, 1, 65) == Slot{2});
  CHECK(fold(Opcode::i32_lt_s, 0xFFFFFFFF, 0) == Slot{1});
  CHECK(fold(Opcode::i64_eqz, 0, 0) == Slot{1});
  CHECK(fold(Opcode::i32_div_s, 0xFFFFFFF9, 2) == Slot{0xFFFFFFFD});
  CHECK(fold(Opcode::i64_extend_i32_s, 0x80000000, 0) == Slot{0xFFFFFFFF80000000});
  CHECK(fold(Opcode::f64_add, to_slot(0.5), to_slot(0.25)) == to_slot(0.75));
  CHECK(fold(Opcode::i32_trunc_f32_s, to_slot(-3.75f), 0) == Slot{0xFFFFFFFD});
}

TEST_CASE("traps, NaNs and what is not pure are left to run time") {
  CHECK(!fold(Opcode::i32_div_u, 1, 0));
  CHECK(!fold(Opcode::i64_div_s, Slot{1} << 63, ~Slot{0}));
  CHECK(!fold(Opcode::i64_rem_s, 1, 0));
  CHECK(!fold(Opcode::i32_trunc_f64_u, to_slot(-1.0), 0));
  CHECK(!fold(Opcode::f32_div, to_slot(0.0f), to_slot(0.0f)));
  CHECK(!fold(Opcode::f64_sqrt, to_slot(-1.0), 0));
  CHECK(!fold(Opcode::f64_reinterpret_i64, to_slot(std::nan("")), 0));
  CHECK(fold(Opcode::f64_div, to_slot(1.0), to_slot(0.0)) == to_slot(HUGE_VAL));
  CHECK(!fold(Opcode::i32_load, 0, 0));
  CHECK(!fold(Opcode::i8x16_add, 0, 0));
  CHECK(!fold(Opcode::memory_grow, 0, 0));
}

}  // namespace zwasm
