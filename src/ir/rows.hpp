// Where each wasm instruction's row of register-IR operations begins, and how forms follow each
// other in a row. The order is that of ops.def.
#pragma once

#include <array>
#include <optional>

#include "ir/cell.hpp"
#include "wasm/opcode.hpp"

namespace zwasm {

/// `op` moved by `distance` places in its row.
constexpr IrOp form(IrOp base, uint32_t distance) {
  return static_cast<IrOp>(static_cast<uint32_t>(base) + distance);
}

namespace forms {
// Every `w` form is followed by its accumulator-only form.
inline constexpr uint32_t accumulator_only = 1;
// Binary rows; comparisons have the first four. `acc` stands for the accumulator of the type.
inline constexpr uint32_t slot_slot = 0, slot_imm = 2, acc_slot = 4, acc_imm = 6, slot_acc = 8;
// Unary rows and conversions; loads continue with the sum of two slots as address.
inline constexpr uint32_t slot = 0, acc = 2, load_sum = 4, load_checked = 6;
// Stores.
inline constexpr uint32_t store_slot_slot = 0, store_acc_slot = 1, store_slot_acc = 2,
                          store_slot_imm = 3, store_sum_slot = 4, store_sum_acc = 5,
                          store_checked = 6;
// Branches of integer comparisons, by twice the source form's number; backward ones are next.
inline constexpr uint32_t int_branch = 8, latch_slot = 16, latch_imm = 17;
// Branches of float comparisons: slot_slot, acc_slot, acc_imm; then the same for `unless`.
inline constexpr uint32_t float_branch = 8, float_branch_unless = 14;
}  // namespace forms

static_assert(form(IrOp::i32_add_ss_w, forms::slot_imm) == IrOp::i32_add_si_w);
static_assert(form(IrOp::i32_add_ss_w, forms::acc_slot) == IrOp::i32_add_as_w);
static_assert(form(IrOp::i32_add_ss_w, forms::acc_imm + forms::accumulator_only) ==
              IrOp::i32_add_ai_a);
static_assert(form(IrOp::f64_sub_ss_w, forms::slot_acc) == IrOp::f64_sub_sf_w);
static_assert(form(IrOp::i32_lt_s_ss_w, forms::int_branch + forms::acc_imm + 1) ==
              IrOp::br_if_i32_lt_s_ai_back);
static_assert(form(IrOp::i64_ne_ss_w, forms::latch_slot) == IrOp::latch_i64_ne_ss);
static_assert(form(IrOp::i64_ne_ss_w, forms::latch_imm) == IrOp::latch_i64_ne_si);
static_assert(form(IrOp::f32_lt_ss_w, forms::float_branch + 5) == IrOp::br_if_f32_lt_fi_back);
static_assert(form(IrOp::f32_lt_ss_w, forms::float_branch_unless) ==
              IrOp::br_unless_f32_lt_ss_forward);
static_assert(form(IrOp::f32_load_s_w_guard, forms::load_sum + forms::load_checked) ==
              IrOp::f32_load_ss_w_checked);
static_assert(form(IrOp::i64_store_ss_guard, forms::store_sum_acc) == IrOp::i64_store_ssa_guard);
static_assert(form(IrOp::i64_store_ss_guard, forms::store_checked + forms::store_slot_imm) ==
              IrOp::i64_store_si_checked);

/// First operation of the row of a pure comparison, and the same comparison seen otherwise.
struct Comparison {
  IrOp base;
  Opcode mirrored;  ///< operands exchanged
  Opcode inverse;   ///< the opposite result; itself for floats, which have none
  bool is_float;
};

/// The comparisons; nothing for other instructions.
constexpr std::optional<Comparison> comparison(Opcode opcode) {
  switch (static_cast<uint32_t>(opcode)) {
#define COMPARISON(name, mirror, opposite, is_float) \
  case static_cast<uint32_t>(Opcode::name):          \
    return Comparison{IrOp::name##_ss_w, Opcode::mirror, Opcode::opposite, is_float};
#define INTEGERS(t)                                  \
  COMPARISON(t##_eq, t##_eq, t##_ne, false)          \
  COMPARISON(t##_ne, t##_ne, t##_eq, false)          \
  COMPARISON(t##_lt_s, t##_gt_s, t##_ge_s, false)    \
  COMPARISON(t##_lt_u, t##_gt_u, t##_ge_u, false)    \
  COMPARISON(t##_gt_s, t##_lt_s, t##_le_s, false)    \
  COMPARISON(t##_gt_u, t##_lt_u, t##_le_u, false)    \
  COMPARISON(t##_le_s, t##_ge_s, t##_gt_s, false)    \
  COMPARISON(t##_le_u, t##_ge_u, t##_gt_u, false)    \
  COMPARISON(t##_ge_s, t##_le_s, t##_lt_s, false)    \
  COMPARISON(t##_ge_u, t##_le_u, t##_lt_u, false)
#define FLOATS(t)                             \
  COMPARISON(t##_eq, t##_eq, t##_eq, true)    \
  COMPARISON(t##_ne, t##_ne, t##_ne, true)    \
  COMPARISON(t##_lt, t##_gt, t##_lt, true)    \
  COMPARISON(t##_gt, t##_lt, t##_gt, true)    \
  COMPARISON(t##_le, t##_ge, t##_le, true)    \
  COMPARISON(t##_ge, t##_le, t##_ge, true)
    INTEGERS(i32) INTEGERS(i64) FLOATS(f32) FLOATS(f64)
#undef COMPARISON
#undef INTEGERS
#undef FLOATS
  }
  return std::nullopt;
}

/// Binary instructions whose operands can change places.
constexpr bool is_commutative(Opcode opcode) {
  switch (static_cast<uint32_t>(opcode)) {
#define BOTH(operation)                                    \
  case static_cast<uint32_t>(Opcode::i32_##operation):     \
  case static_cast<uint32_t>(Opcode::i64_##operation):     \
    return true;
    BOTH(add) BOTH(mul) BOTH(and) BOTH(or) BOTH(xor)
#undef BOTH
    case static_cast<uint32_t>(Opcode::f32_add):
    case static_cast<uint32_t>(Opcode::f32_mul):
    case static_cast<uint32_t>(Opcode::f64_add):
    case static_cast<uint32_t>(Opcode::f64_mul):
      return true;
  }
  return false;
}

}  // namespace zwasm
