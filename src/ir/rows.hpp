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

/// Whether an immediate of 16 or 32 bits stands for the value by sign extension.
constexpr bool fits_int16(int64_t value) { return value == static_cast<int16_t>(value); }
constexpr bool fits_int32(int64_t value) { return value == static_cast<int32_t>(value); }

namespace forms {
// Every `w` form is followed by its accumulator-only form.
inline constexpr uint32_t accumulator_only = 1;
// Binary rows; comparisons have the first four. `acc` stands for the accumulator of the type.
inline constexpr uint32_t slot_slot = 0, slot_imm = 2, acc_slot = 4, acc_imm = 6, slot_acc = 8;
// Divisions and remainders continue with those by a constant.
inline constexpr uint32_t slot_divisor = 10, acc_divisor = 12;
// Unary rows and conversions; loads continue with the sum of two slots as address, with the same
// for checked accesses, and with what only guarded ones have.
inline constexpr uint32_t slot = 0, acc = 2, load_sum = 4, load_checked = 6, load_absolute = 12,
                          load_slot_plus = 14, load_acc_plus = 16, load_scaled = 18;
// Stores.
inline constexpr uint32_t store_slot_slot = 0, store_acc_slot = 1, store_slot_acc = 2,
                          store_slot_imm = 3, store_sum_slot = 4, store_sum_acc = 5,
                          store_checked = 6, store_absolute_slot = 12, store_absolute_acc = 13,
                          store_absolute_imm = 14, store_slot_plus_slot = 15,
                          store_slot_plus_acc = 16, store_slot_plus_imm = 17,
                          store_scaled_slot = 18, store_scaled_acc = 19;
// Multiply-add.
inline constexpr uint32_t multiply_slot = 0, multiply_acc = 2;
// Exclusive or and rotation.
inline constexpr uint32_t rotate_slot = 0, rotate_acc = 2, rotl_xor = 4;
// Selection: by which operands are immediates; the condition in the accumulator is next.
inline constexpr uint32_t select_slots = 0, select_second_imm = 2, select_first_imm = 4,
                          select_imms = 6;
// Tests of bits: by slot or accumulator; backward ones are next.
inline constexpr uint32_t and_slot = 0, and_acc = 2;
// Branches of integer comparisons, by twice the source form's number; backward ones are next.
inline constexpr uint32_t int_branch = 8, latch_slot = 16, latch_imm = 17,
                          latch_step = 2;  // i32: added to the two before
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
static_assert(form(IrOp::i32_ne_ss_w, forms::latch_imm + forms::latch_step) ==
              IrOp::latch_step_i32_ne_si);
static_assert(form(IrOp::f32_lt_ss_w, forms::float_branch + 5) == IrOp::br_if_f32_lt_fi_back);
static_assert(form(IrOp::f32_lt_ss_w, forms::float_branch_unless) ==
              IrOp::br_unless_f32_lt_ss_forward);
static_assert(form(IrOp::f32_load_s_w_guard, forms::load_sum + forms::load_checked) ==
              IrOp::f32_load_ss_w_checked);
static_assert(form(IrOp::i64_store_ss_guard, forms::store_sum_acc) == IrOp::i64_store_ssa_guard);
static_assert(form(IrOp::i64_store_ss_guard, forms::store_checked + forms::store_slot_imm) ==
              IrOp::i64_store_si_checked);
static_assert(form(IrOp::i64_rem_u_ss_w, forms::acc_divisor) == IrOp::i64_rem_u_ad_w);
static_assert(form(IrOp::f64_load_s_w_guard, forms::load_absolute) == IrOp::f64_load_i_w_guard);
static_assert(form(IrOp::i32_load8_u_s_w_guard, forms::load_acc_plus) ==
              IrOp::i32_load8_u_ai_w_guard);
static_assert(form(IrOp::i32_load16_u_s_w_guard, forms::load_scaled) ==
              IrOp::i32_load16_u_sx_w_guard);
static_assert(form(IrOp::i64_store_ss_guard, forms::store_slot_plus_imm) ==
              IrOp::i64_store_sii_guard);
static_assert(form(IrOp::i64_store_ss_guard, forms::store_scaled_acc) ==
              IrOp::i64_store_sxa_guard);
static_assert(form(IrOp::f64_mul_add_sss_w, forms::multiply_acc) == IrOp::f64_mul_add_fss_w);
static_assert(form(IrOp::i32_mul_add_sis_w, forms::multiply_acc) == IrOp::i32_mul_add_ais_w);
static_assert(form(IrOp::f64_mul_sub_sss_w, forms::multiply_acc) == IrOp::f64_mul_sub_fss_w);
static_assert(form(IrOp::i64_xor_rotl_ssi_w, forms::rotl_xor + forms::rotate_acc) ==
              IrOp::i64_rotl_xor_ais_w);
static_assert(form(IrOp::select_s, forms::select_first_imm + 1) == IrOp::select_is_a);
static_assert(form(IrOp::select_s, forms::select_imms) == IrOp::select_ii_s);
static_assert(form(IrOp::br_if_zero_and_si_forward, forms::and_acc + 1) ==
              IrOp::br_if_zero_and_ai_back);

/// The binary logarithm of how many bytes an access of opcodes.def reads or writes.
namespace access_log2 {
inline constexpr uint32_t u8 = 0, s8 = 0, u16 = 1, s16 = 1, u32 = 2, s32 = 2, f32 = 2, u64 = 3,
                          f64 = 3;
}  // namespace access_log2

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

/// The row that makes an instruction's NaNs canonical, if the instruction leaves their bits open.
constexpr std::optional<IrOp> canonical_nan(Opcode opcode) {
  switch (static_cast<uint32_t>(opcode)) {
#define MAKES_NAN(type, operation) case static_cast<uint32_t>(Opcode::type##_##operation):
#define ARITHMETIC(type)                                                                     \
  MAKES_NAN(type, add) MAKES_NAN(type, sub) MAKES_NAN(type, mul) MAKES_NAN(type, div)        \
  MAKES_NAN(type, min) MAKES_NAN(type, max) MAKES_NAN(type, sqrt) MAKES_NAN(type, ceil)      \
  MAKES_NAN(type, floor) MAKES_NAN(type, trunc) MAKES_NAN(type, nearest)
#define RELAXED(type)                                                 \
  MAKES_NAN(type, relaxed_madd) MAKES_NAN(type, relaxed_nmadd)        \
  MAKES_NAN(type, relaxed_min) MAKES_NAN(type, relaxed_max)
    ARITHMETIC(f32) MAKES_NAN(f32, demote_f64) return IrOp::f32_canonical_nan_s_w;
    ARITHMETIC(f64) MAKES_NAN(f64, promote_f32) return IrOp::f64_canonical_nan_s_w;
#if ZWASM_SIMD
    ARITHMETIC(f32x4) RELAXED(f32x4) MAKES_NAN(f32x4, demote_f64x2_zero)
      return IrOp::f32x4_canonical_nan;
    ARITHMETIC(f64x2) RELAXED(f64x2) MAKES_NAN(f64x2, promote_low_f32x4)
      return IrOp::f64x2_canonical_nan;
#endif
#undef MAKES_NAN
#undef ARITHMETIC
#undef RELAXED
  }
  return std::nullopt;
}

/// Rows of a multiplication, and of what an addition of its type, or a subtraction from another
/// value, makes of it.
struct MultiplyAdd {
  IrOp product, row;
};
constexpr std::optional<MultiplyAdd> multiply_add(Opcode addition) {
  switch (static_cast<uint32_t>(addition)) {
#define MULTIPLY_SUBTRACT(type)                   \
  case static_cast<uint32_t>(Opcode::type##_sub): \
    return MultiplyAdd{IrOp::type##_mul_ss_w, IrOp::type##_mul_sub_sss_w};
    MULTIPLY_SUBTRACT(f32) MULTIPLY_SUBTRACT(f64)
#undef MULTIPLY_SUBTRACT
#define MULTIPLY_ADD(type)                        \
  case static_cast<uint32_t>(Opcode::type##_add): \
    return MultiplyAdd{IrOp::type##_mul_ss_w, IrOp::type##_mul_add_sss_w};
    MULTIPLY_ADD(i32) MULTIPLY_ADD(i64) MULTIPLY_ADD(f32) MULTIPLY_ADD(f64)
#undef MULTIPLY_ADD
  }
  return std::nullopt;
}

/// The largest constant by which a division or remainder has a form of its own; 0 for what is none.
constexpr uint64_t max_divisor(Opcode opcode) {
  switch (static_cast<uint32_t>(opcode)) {
    case static_cast<uint32_t>(Opcode::i32_div_u):
    case static_cast<uint32_t>(Opcode::i32_rem_u):
      return UINT32_MAX;
    case static_cast<uint32_t>(Opcode::i32_div_s):
    case static_cast<uint32_t>(Opcode::i32_rem_s):
    case static_cast<uint32_t>(Opcode::i64_div_s):
    case static_cast<uint32_t>(Opcode::i64_rem_s):
    case static_cast<uint32_t>(Opcode::i64_div_u):
    case static_cast<uint32_t>(Opcode::i64_rem_u):
      return INT32_MAX;
  }
  return 0;
}

}  // namespace zwasm
