// Lowering of the scalar instructions: operand forms, folding, and pairs that become one operation.
#include <bit>
#include <utility>

#include "ir/divisor.hpp"
#include "ir/fold.hpp"
#include "ir/lower.hpp"
#include "ir/rows.hpp"

namespace zwasm {
namespace {

/// The immediate that stands for a constant of this type in an operation, if one can.
bool immediate_of(ValType type, uint64_t bits, int32_t& imm) {
  if (type == valtype::i32 || type == valtype::f32) {
    imm = static_cast<int32_t>(static_cast<uint32_t>(bits));
    return true;
  }
  if (type == valtype::i64) {
    imm = static_cast<int32_t>(bits);
    return fits_int32(static_cast<int64_t>(bits));
  }
  if (type == valtype::f64) {  // as f32, if that loses nothing
    const double value = std::bit_cast<double>(bits);
    const float narrow = static_cast<float>(value);
    imm = std::bit_cast<int32_t>(narrow);
    return std::bit_cast<uint64_t>(static_cast<double>(narrow)) == bits && value == value;
  }
  return false;
}

}  // namespace

void Lowering::unary(IrOp base, Opcode opcode, ValType result_type) {
  if (opcode == Opcode::i64_extend_i32_u) {  // a slot holds an i32 like that
    Operand& operand = stack_.back();
    if (operand.kind == Operand::Kind::sum) materialize(operand);
    operand.type = result_type;
    return;
  }
  Operand operand = pop();
  if (operand.kind == Operand::Kind::constant) {
    if (const auto folded = fold(opcode, operand.bits, 0)) {
      push_constant(result_type, *folded);
      return;
    }
    materialize(operand);
  }
  const Source from = source(operand);
  Cell& cell = emit(form(base, from.in_accumulator ? forms::acc : forms::slot));
  cell.r.a = from.slot;
  set_result(cell, result_type, true, true);
}

/// Pushes the result of an i32 addition or shift of locals and constants as a sum, for loads and
/// stores to take as their address. False, and nothing happened, if it is none.
bool Lowering::defer_sum(Opcode opcode, const Operand& a, const Operand& b) {
  using Kind = Operand::Kind;
  if (!options_.guard_pages || module_.memories.empty()) return false;
  Operand sum{Kind::sum, 0, 0, 0, valtype::i32, none, none, {none, none}, 0};
  if (opcode == Opcode::i32_shl) {
    const uint64_t shift = b.bits & 31;
    if (a.kind != Kind::local || b.kind != Kind::constant || shift == 0 || shift > 3) return false;
    sum.index = a.local;
    sum.shift = static_cast<uint8_t>(shift);
  } else if (opcode == Opcode::i32_add || opcode == Opcode::i32_sub) {
    const bool subtracts = opcode == Opcode::i32_sub;
    if (a.kind == Kind::slot || b.kind == Kind::slot || (subtracts && b.kind != Kind::constant)) {
      return false;
    }
    sum.bits = static_cast<uint32_t>((a.kind == Kind::local ? 0 : a.bits) +
                                     (b.kind == Kind::local ? 0 : subtracts ? 0 - b.bits : b.bits));
    for (const Operand* part : {&a, &b}) {
      if (part->kind == Kind::constant) continue;
      if (part->kind == Kind::sum && part->index != none) {
        if (sum.index != none) return false;
        sum.index = part->index;
        sum.shift = part->shift;
      }
      if (part->local == none) continue;
      if (sum.local == none) {
        sum.local = part->local;
      } else if (sum.index == none) {
        sum.index = part->local;
      } else {
        return false;
      }
    }
    if (sum.index == none && sum.bits == 0) {
      push_local(sum.local);
      return true;
    }
  } else {
    return false;
  }
  Operand& pushed = push(valtype::i32, Kind::sum);
  pushed.shift = sum.shift;
  pushed.local = sum.local;
  pushed.index = sum.index;
  pushed.bits = sum.bits;
  if (sum.local != none) link_read(pushed, 0);
  if (sum.index != none) link_read(pushed, 1);
  return true;
}

/// An addition whose one operand is the product computed last becomes one operation with it.
bool Lowering::fuse_multiply_add(Opcode opcode, const Operand& a, const Operand& b,
                                 ValType type) {
  const auto rows = multiply_add(opcode);
  if (!rows) return false;
  const bool second = produced_last(b);
  const bool subtracts = opcode == Opcode::f32_sub || opcode == Opcode::f64_sub;
  const Operand& addend = second ? a : b;
  if ((!second && (subtracts || !produced_last(a))) || addend.kind == Operand::Kind::constant) {
    return false;
  }
  const IrOp op = op_of(last_cell_);
  const Cell multiply = cells_[last_cell_];
  IrOp row = rows->row;
  uint16_t factor = multiply.r.b;
  bool in_accumulator = op == form(rows->product, forms::acc_slot);
  if (op != form(rows->product, forms::slot_slot) && !in_accumulator) {
    int64_t scale = 0;
    if (op == IrOp::i32_mul_si_w || op == IrOp::i32_mul_ai_w) {
      scale = multiply.i.imm;
    } else if (op == IrOp::i32_shl_si_w || op == IrOp::i32_shl_ai_w) {
      scale = int64_t{1} << (multiply.i.imm & 31);
    }
    if (opcode != Opcode::i32_add || scale == 0 || !fits_int16(scale)) return false;
    row = IrOp::i32_mul_add_sis_w;
    factor = static_cast<uint16_t>(scale);
    in_accumulator = op == IrOp::i32_mul_ai_w || op == IrOp::i32_shl_ai_w;
  }
  const uint16_t addend_slot =
      addend.kind == Operand::Kind::local ? local_slots_[addend.local] : addend.slot;
  remove_last();
  Cell& cell = emit(form(row, in_accumulator ? forms::multiply_acc : forms::multiply_slot));
  cell.r = {0, multiply.r.a, factor, addend_slot};
  set_result(cell, type, true, true);
  return true;
}

/// A rotation by a constant of what an exclusive or has just computed, or the other way round,
/// becomes one operation with it.
bool Lowering::fuse_rotation(Opcode opcode, const Operand& a, const Operand& b, ValType type) {
  const bool wide = type == valtype::i64;
  const IrOp xor_base = wide ? IrOp::i64_xor_ss_w : IrOp::i32_xor_ss_w;
  const IrOp rotl_base = wide ? IrOp::i64_rotl_ss_w : IrOp::i32_rotl_ss_w;
  const IrOp row = wide ? IrOp::i64_xor_rotl_ssi_w : IrOp::i32_xor_rotl_ssi_w;
  if (last_cell_ == none) return false;
  const IrOp op = op_of(last_cell_);
  const Cell last = cells_[last_cell_];
  if (opcode == (wide ? Opcode::i64_rotl : Opcode::i32_rotl)) {
    const bool in_accumulator = op == form(xor_base, forms::acc_slot);
    if (b.kind != Operand::Kind::constant || !produced_last(a) ||
        (!in_accumulator && op != form(xor_base, forms::slot_slot))) {
      return false;
    }
    remove_last();
    emit(form(row, in_accumulator ? forms::rotate_acc : forms::rotate_slot)).r = {
        0, last.r.a, last.r.b, static_cast<uint16_t>(b.bits & (wide ? 63 : 31))};
  } else if (opcode == (wide ? Opcode::i64_xor : Opcode::i32_xor)) {
    const bool second = produced_last(b);
    const Operand& other = second ? a : b;
    const bool in_accumulator = op == form(rotl_base, forms::acc_imm);
    if ((!second && !produced_last(a)) || other.kind == Operand::Kind::constant ||
        (!in_accumulator && op != form(rotl_base, forms::slot_imm))) {
      return false;
    }
    const uint16_t other_slot =
        other.kind == Operand::Kind::local ? local_slots_[other.local] : other.slot;
    remove_last();
    emit(form(row, forms::rotl_xor + (in_accumulator ? forms::rotate_acc : forms::rotate_slot)))
        .r = {0, last.i.a, static_cast<uint16_t>(last.i.imm & (wide ? 63 : 31)), other_slot};
  } else {
    return false;
  }
  set_result(cells_[last_cell_], type, true, true);
  return true;
}

/// Emits a division or remainder by a constant of 2 or more, if it has that form.
bool Lowering::divide_by_constant(IrOp base, Opcode opcode, Operand& dividend, uint64_t divisor,
                                  ValType type) {
  if (divisor < 2 || divisor > max_divisor(opcode)) return false;
  const Source from = source(dividend);
  emit(form(base, from.in_accumulator ? forms::acc_divisor : forms::slot_divisor)).i = {
      0, from.slot, static_cast<int32_t>(divisor)};
  const uint32_t cell = last_cell_;
  DataCell& data = emit_data();
  if (type == valtype::i64) {
    const Divisor64 multiplier = divisor_64(divisor);
    data.u64[0] = multiplier.multiplier;
    data.u64[1] = multiplier.shift;
  } else {
    data.u64[0] = multiplier_32(static_cast<uint32_t>(divisor));
  }
  last_cell_ = cell;
  set_result(cells_[cell], type, true, true);
  return true;
}

void Lowering::binary(IrOp base, Opcode opcode, ValType type) {
  Operand b = pop_any();
  Operand a = pop_any();
  if (a.kind == Operand::Kind::constant && b.kind == Operand::Kind::constant) {
    if (const auto folded = fold(opcode, a.bits, b.bits)) {
      push_constant(type, *folded);
      return;
    }
  }
  if (defer_sum(opcode, a, b)) return;
  if (a.kind == Operand::Kind::sum) materialize(a);
  if (b.kind == Operand::Kind::sum) materialize(b);
  if (b.kind == Operand::Kind::constant &&
      (opcode == Opcode::i32_rotr || opcode == Opcode::i64_rotr)) {
    opcode = type == valtype::i32 ? Opcode::i32_rotl : Opcode::i64_rotl;
    base = type == valtype::i32 ? IrOp::i32_rotl_ss_w : IrOp::i64_rotl_ss_w;
    b.bits = (0 - b.bits) & (type == valtype::i32 ? 31 : 63);
  }
  if (fuse_multiply_add(opcode, a, b, type) || fuse_rotation(opcode, a, b, type)) return;
  const bool commutative = is_commutative(opcode);
  if (commutative && a.kind == Operand::Kind::constant && b.kind != Operand::Kind::constant) {
    std::swap(a, b);
  }
  int32_t imm = 0;
  bool has_imm = b.kind == Operand::Kind::constant && immediate_of(type, b.bits, imm);
  if (a.kind != Operand::Kind::constant && b.kind == Operand::Kind::constant) {
    const IrOp own_base = base;
    const int power = std::has_single_bit(b.bits) ? std::countr_zero(b.bits) : 0;
    switch (static_cast<uint32_t>(opcode)) {
      // Subtraction of a constant is addition of its negative: one shape for addresses and latches.
      case static_cast<uint32_t>(Opcode::i32_sub):
      case static_cast<uint32_t>(Opcode::i64_sub):
        if (!has_imm || imm == INT32_MIN) break;
        base = type == valtype::i32 ? IrOp::i32_add_ss_w : IrOp::i64_add_ss_w;
        imm = -imm;
        break;
      // A mask of 32 bits: what the operation on i32 leaves in a slot.
      case static_cast<uint32_t>(Opcode::i64_and):
        if (has_imm || b.bits != static_cast<uint32_t>(b.bits)) break;
        base = IrOp::i32_and_ss_w;
        imm = static_cast<int32_t>(static_cast<uint32_t>(b.bits));
        has_imm = true;
        break;
      // By powers of two; all of those that can be an immediate.
      case static_cast<uint32_t>(Opcode::i32_div_u):
      case static_cast<uint32_t>(Opcode::i64_div_u):
        if (power == 0) break;
        base = type == valtype::i32 ? IrOp::i32_shr_u_ss_w : IrOp::i64_shr_u_ss_w;
        imm = power;
        has_imm = true;
        break;
      case static_cast<uint32_t>(Opcode::i32_rem_u):
      case static_cast<uint32_t>(Opcode::i64_rem_u):
        if (power == 0 || power > 32) break;
        // The remainder has 32 bits at most, see above.
        base = IrOp::i32_and_ss_w;
        imm = static_cast<int32_t>(static_cast<uint32_t>(b.bits - 1));
        has_imm = true;
        break;
    }
    if (base == own_base && divide_by_constant(base, opcode, a, b.bits, type)) return;
  }
  if (a.kind == Operand::Kind::constant) materialize(a);
  if (b.kind == Operand::Kind::constant && !has_imm) materialize(b);
  const Source first = source(a);
  if (has_imm) {
    Cell& cell = emit(form(base, first.in_accumulator ? forms::acc_imm : forms::slot_imm));
    cell.i = {0, first.slot, imm};
    set_result(cell, type, true, true);
    return;
  }
  if (first.in_accumulator) {
    const uint16_t second = slot_of(b);
    Cell& cell = emit(form(base, forms::acc_slot));
    cell.r = {0, first.slot, second, 0};
    set_result(cell, type, true, true);
    return;
  }
  const Source second = source(b);
  if (!second.in_accumulator) {
    Cell& cell = emit(form(base, forms::slot_slot));
    cell.r = {0, first.slot, second.slot, 0};
    set_result(cell, type, true, true);
  } else if (commutative) {
    Cell& cell = emit(form(base, forms::acc_slot));
    cell.r = {0, second.slot, first.slot, 0};
    set_result(cell, type, true, true);
  } else {
    Cell& cell = emit(form(base, forms::slot_acc));
    cell.r = {0, first.slot, second.slot, 0};
    set_result(cell, type, true, true);
  }
}

void Lowering::compare(IrOp base, Opcode opcode, ValType type) {
  Operand b = pop();
  Operand a = pop();
  if (a.kind == Operand::Kind::constant && b.kind == Operand::Kind::constant) {
    if (const auto folded = fold(opcode, a.bits, b.bits)) {
      push_constant(valtype::i32, *folded);
      return;
    }
  }
  const auto mirror = [&] {
    opcode = comparison(opcode)->mirrored;
    base = comparison(opcode)->base;
    std::swap(a, b);
  };
  if (a.kind == Operand::Kind::constant && b.kind != Operand::Kind::constant) mirror();
  int32_t imm = 0;
  const bool has_imm = b.kind == Operand::Kind::constant && immediate_of(type, b.bits, imm);
  if (a.kind == Operand::Kind::constant) materialize(a);
  if (b.kind == Operand::Kind::constant && !has_imm) materialize(b);
  Source first = source(a);
  uint32_t distance = first.in_accumulator ? forms::acc_slot : forms::slot_slot;
  Source second{false, 0};
  if (has_imm) {
    distance = first.in_accumulator ? forms::acc_imm : forms::slot_imm;
  } else if (first.in_accumulator) {
    second.slot = slot_of(b);
  } else {
    second = source(b);
    if (second.in_accumulator) {
      mirror();
      std::swap(first, second);
      distance = forms::acc_slot;
    }
  }
  Cell& cell = emit(form(base, distance));
  if (has_imm) {
    cell.i = {0, first.slot, imm};
  } else {
    cell.r = {0, first.slot, second.slot, 0};
  }
  set_result(cell, valtype::i32, true, true);
  last_compare_ = last_cell_;
  compare_opcode_ = opcode;
}

void Lowering::test_zero(Opcode opcode, IrOp base) {
  const Operand& operand = stack_.back();
  if (produced_last(operand) && last_compare_ == last_cell_) {
    const auto compared = comparison(compare_opcode_);
    if (compared && !compared->is_float) {
      const uint32_t distance =
          static_cast<uint32_t>(op_of(last_cell_)) - static_cast<uint32_t>(compared->base);
      compare_opcode_ = compared->inverse;
      set_op(last_cell_, form(comparison(compare_opcode_)->base, distance));
      return;  // the result stays where it is
    }
    if (compared) {  // a float comparison has no inverse, but a branch on it has
      negated_compare_ = last_cell_;
      negated_opcode_ = compare_opcode_;
    }
  }
  const bool is_constant = operand.kind == Operand::Kind::constant;
  unary(base, opcode, valtype::i32);
  if (is_constant) return;
  last_compare_ = last_cell_;
  compare_opcode_ = opcode;
}

void Lowering::wide(IrOp op, size_t operands) {
  materialize_top(operands);
  const uint16_t base = peek(operands - 1).slot;
  truncate(stack_.size() - operands);
  emit(op).r = {base, base, 0, 0};
  forget_accumulators();
  push(valtype::i64, Operand::Kind::slot);
  push(valtype::i64, Operand::Kind::slot);
}

}  // namespace zwasm
