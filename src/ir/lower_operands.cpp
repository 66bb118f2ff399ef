// What lowering is made of: emission of cells, the symbolic operand stack, accumulators.
#include "ir/lower.hpp"

#include <algorithm>
#include <array>

#include "ir/rows.hpp"
#include "runtime/frame.hpp"

namespace zwasm {
namespace {

/// What an instruction costs in fuel: nothing for those that only structure the code.
constexpr auto fuel_costs = [] {
  std::array<uint8_t, opcode_count> costs{};
  costs.fill(1);
#define FREE(name) costs[static_cast<size_t>(Opcode::name)] = 0;
#include "wasm/opcodes.def"
  return costs;
}();

}  // namespace

// --- Emission -----------------------------------------------------------------------------------

/// Of the cell added last.
void Lowering::record_position() {
  if (options_.record != Record::nothing) positions_.push_back(offset_);
  if (options_.record == Record::references) map_starts_.push_back(none);
}

Cell& Lowering::emit(IrOp op) {
  previous_cell_ = last_cell_;
  last_cell_ = static_cast<uint32_t>(cells_.size());
  last_result_ = none;
  last_compare_ = none;
  Cell& cell = cells_.emplace_back();
  cell.handler = reinterpret_cast<const void*>(static_cast<uintptr_t>(op));
  cell.r = {0, 0, 0, 0};
  record_position();
  return cell;
}

DataCell& Lowering::emit_data() {
  Cell& cell = cells_.emplace_back();
  record_position();
  auto& data = reinterpret_cast<DataCell&>(cell);
  data.u64[0] = data.u64[1] = 0;
  return data;
}

void Lowering::begin_block() {
  last_cell_ = previous_cell_ = last_result_ = last_compare_ = negated_compare_ = none;
  forget_accumulators();
  end_fuel_block();
}

IrOp Lowering::op_of(uint32_t cell) const {
  return static_cast<IrOp>(reinterpret_cast<uintptr_t>(cells_[cell].handler));
}

void Lowering::set_op(uint32_t cell, IrOp op) {
  cells_[cell].handler = reinterpret_cast<const void*>(static_cast<uintptr_t>(op));
}

/// Takes back the operation emitted last, which has no data. What is known of accumulators stays,
/// so the caller must have been its only reader.
void Lowering::remove_last() {
  cells_.pop_back();
  if (options_.record != Record::nothing) positions_.pop_back();
  if (options_.record == Record::references) map_starts_.pop_back();
  for (Accumulator& known : accs_) {
    if (known.cell == last_cell_) known = {};
  }
  last_cell_ = previous_cell_;
  previous_cell_ = last_result_ = last_compare_ = negated_compare_ = none;
}

void Lowering::charge(Opcode opcode) {
  const uint8_t cost = fuel_costs[static_cast<size_t>(opcode)];
  if (cost == 0) return;
  if (fuel_cell_ == none) {
    emit(IrOp::fuel);
    fuel_cell_ = last_cell_;
  }
  cells_[fuel_cell_].i.imm += cost;
}

// --- Symbolic stack -----------------------------------------------------------------------------

uint32_t Lowering::next_slot() const {
  return stack_.empty() ? first_operand_slot_ : stack_.back().slot + stack_.back().type.slots();
}

Lowering::Operand& Lowering::push(ValType type, Operand::Kind kind) {
  const uint32_t slot = next_slot();
  max_slots_ = std::max(max_slots_, slot + type.slots());
  return stack_.emplace_back(Operand{kind, 0, 0, static_cast<uint16_t>(slot), type, none, none,
                                     {none, none}, 0});
}

void Lowering::push_slots(std::span<const ValType> types) {
  for (const ValType type : types) push(type, Operand::Kind::slot);
}

/// The operand, on top of the stack, reads its local (0) or index (1).
void Lowering::link_read(Operand& operand, uint32_t which) {
  uint32_t& list = local_reads_[which == 0 ? operand.local : operand.index];
  operand.next_read[which] = list;
  operand.linked |= static_cast<uint8_t>(1u << which);
  list = static_cast<uint32_t>((stack_.size() - 1) * 2 + which);
}

void Lowering::push_local(uint32_t local) {
  Operand& operand = push(local_types_[local], Operand::Kind::local);
  operand.local = local;
  link_read(operand, 0);
}

void Lowering::push_constant(ValType type, uint64_t bits) {
  push(type, Operand::Kind::constant).bits = bits;
}

Lowering::Operand Lowering::pop_any() {
  Operand operand = stack_.back();
  stack_.pop_back();
  // The entry was on top, and so are its reads in their lists, the later one first.
  if ((operand.linked & 2) != 0) local_reads_[operand.index] = operand.next_read[1];
  if ((operand.linked & 1) != 0) local_reads_[operand.local] = operand.next_read[0];
  operand.linked = 0;
  flushed_ = std::min(flushed_, static_cast<uint32_t>(stack_.size()));
  return operand;
}

Lowering::Operand Lowering::pop() {
  Operand operand = pop_any();
  if (operand.kind == Operand::Kind::sum) materialize(operand);
  return operand;
}

void Lowering::truncate(size_t height) {
  while (stack_.size() > height) pop_any();
}

/// Brings an operand into its canonical slot. On the stack it stays in the lists of reads until it
/// is popped or the local is written.
void Lowering::materialize(Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::slot:
      return;
    case Operand::Kind::local:
      emit_copy(operand.slot, local_slots_[operand.local], operand.type);
      break;
    case Operand::Kind::constant:
      emit_constant(operand.slot, operand.type, operand.bits);
      break;
    case Operand::Kind::sum:
      emit_sum(operand, operand.slot);
      acc(operand.type).cell = last_cell_;
      break;
  }
  operand.kind = Operand::Kind::slot;
}

void Lowering::materialize_top(size_t count) {
  for (size_t depth = 0; depth < count; ++depth) materialize(peek(depth));
}

/// Before a local changes: operands that still mean its old value are copied.
void Lowering::materialize_reads(uint32_t local) {
  uint32_t read = local_reads_[local];
  local_reads_[local] = none;
  while (read != none) {
    Operand& operand = stack_[read / 2];
    operand.linked &= static_cast<uint8_t>(~(1u << read % 2));
    read = operand.next_read[read % 2];
    if (operand.kind != Operand::Kind::slot) materialize(operand);
  }
}

/// Before control flow splits: no operand may depend on a local, which one path could change.
void Lowering::flush_locals() {
  for (size_t i = stack_.size(); i > flushed_; --i) {
    const Operand::Kind kind = stack_[i - 1].kind;
    if (kind == Operand::Kind::local || kind == Operand::Kind::sum) materialize(stack_[i - 1]);
  }
  flushed_ = static_cast<uint32_t>(stack_.size());
}

// --- Operands and results -----------------------------------------------------------------------

Lowering::AccKind Lowering::acc_kind(ValType type) {
  return type == valtype::f32   ? AccKind::f32
         : type == valtype::f64 ? AccKind::f64
                                : AccKind::integer;
}

void Lowering::forget_accumulators() {
  for (Accumulator& known : accs_) known = {};
}

void Lowering::keep_slots_written() {
  for (Accumulator& known : accs_) known.cell = none;
}

void Lowering::forget_slot(uint32_t slot) {
  for (Accumulator& known : accs_) {
    if (known.slot == slot) known = {};
  }
}

/// Where an operand can be read; it must not be a constant or a sum. If the accumulator of its type
/// holds it and nothing else needs the slot, the operation that produced it stops writing the slot;
/// so nothing may be emitted between this call and the reader.
Lowering::Source Lowering::source(const Operand& operand) {
  const uint16_t slot =
      operand.kind == Operand::Kind::local ? local_slots_[operand.local] : operand.slot;
  Accumulator& known = acc(operand.type);
  if (known.slot != slot || operand.type == valtype::v128) return {false, slot};
  if (operand.kind == Operand::Kind::slot && known.cell != none) {
    set_op(known.cell, form(op_of(known.cell), forms::accumulator_only));
    if (last_result_ == known.cell) last_result_ = none;
    known = {};
    return {true, no_slot};
  }
  return {true, slot};
}

/// The slot to read an operand from, after bringing a constant there.
uint16_t Lowering::slot_of(Operand& operand) {
  if (operand.kind == Operand::Kind::local) return local_slots_[operand.local];
  materialize(operand);
  return operand.slot;
}

/// Pushes the result of `cell`, the operation emitted last, which writes it to its first slot
/// field.
void Lowering::set_result(Cell& cell, ValType type, bool accumulates, bool has_accumulator_form) {
  const Operand& operand = push(type, Operand::Kind::slot);
  cell.r.d = operand.slot;
  forget_slot(operand.slot);
  if (type.slots() == 2) forget_slot(operand.slot + 1u);
  last_result_ = last_cell_;
  if (accumulates) acc(type) = {operand.slot, has_accumulator_form ? last_cell_ : none};
}

bool Lowering::produced_last(const Operand& operand) const {
  return operand.kind == Operand::Kind::slot && last_result_ != none &&
         cells_[last_result_].r.d == operand.slot;
}

void Lowering::emit_constant(uint16_t slot, ValType type, uint64_t bits) {
  if (bits == static_cast<uint32_t>(bits)) {
    emit(IrOp::const_u32).i = {slot, 0, static_cast<int32_t>(static_cast<uint32_t>(bits))};
  } else if (fits_int32(static_cast<int64_t>(bits))) {
    emit(IrOp::const_s32).i = {slot, 0, static_cast<int32_t>(bits)};
  } else {
    emit(IrOp::const_u64).i = {slot, 0, 0};
    emit_data().u64[0] = bits;
  }
  forget_slot(slot);
  // All of them leave the value in the integer accumulator.
  accs_[static_cast<size_t>(AccKind::integer)] = {};
  if (acc_kind(type) == AccKind::integer) acc(type) = {slot, none};
}

void Lowering::emit_copy(uint16_t to, uint16_t from, ValType type) {
  forget_slot(to);
  if (type == valtype::v128) {
    forget_slot(to + 1u);
    emit(IrOp::copy_v128).r = {to, from, 0, 0};
  } else if (last_cell_ != none && op_of(last_cell_) == IrOp::copy) {
    set_op(last_cell_, IrOp::copy2);
    cells_[last_cell_].r.b = to;
    cells_[last_cell_].r.c = from;
    last_result_ = none;
  } else if (last_cell_ != none && op_of(last_cell_) == IrOp::i32_add_si_w &&
             cells_[last_cell_].i.d == from && cells_[last_cell_].i.a == to) {
    // The old value of a counter that has just been advanced is not needed any more.
    set_op(last_cell_, IrOp::i32_step);
    keep_slots_written();
    last_result_ = none;
  } else {
    // From the accumulator if it holds the value: the slot was probably written just before.
    IrOp op = IrOp::copy;
    if (acc(type).slot == from) {
      switch (acc_kind(type)) {
        case AccKind::integer: op = IrOp::write_a; break;
        case AccKind::f32: op = IrOp::write_f32; break;
        case AccKind::f64: op = IrOp::write_f64; break;
      }
    }
    emit(op).r = {to, from, 0, 0};
    last_result_ = last_cell_;
  }
}

/// Computes a sum into a slot, which the accumulator then also holds.
void Lowering::emit_sum(const Operand& sum, uint16_t to) {
  const uint32_t known = acc(valtype::i32).slot;
  const auto constant = static_cast<int32_t>(sum.bits);
  const uint16_t base = sum.local != none ? local_slots_[sum.local] : no_slot;
  if (sum.index == none) {
    emit(base == known ? IrOp::i32_add_ai_w : IrOp::i32_add_si_w).i = {to, base, constant};
  } else {
    const uint16_t index = local_slots_[sum.index];
    if (base == no_slot) {
      emit(index == known ? IrOp::i32_shl_ai_w : IrOp::i32_shl_si_w).i = {to, index, sum.shift};
    } else if (sum.shift != 0) {
      emit(index == known ? IrOp::i32_mul_add_ais_w : IrOp::i32_mul_add_sis_w).r = {
          to, index, static_cast<uint16_t>(1u << sum.shift), base};
    } else if (index == known) {
      emit(IrOp::i32_add_as_w).r = {to, index, base, 0};
    } else {
      emit(base == known ? IrOp::i32_add_as_w : IrOp::i32_add_ss_w).r = {to, base, index, 0};
    }
    if (constant != 0) {
      set_op(last_cell_, form(op_of(last_cell_), forms::accumulator_only));
      emit(IrOp::i32_add_ai_w).i = {to, no_slot, constant};
    }
  }
  forget_slot(to);
  acc(valtype::i32) = {to, none};
  last_result_ = last_cell_;
}

/// Writes an operand, popped or about to be, to a slot. `may_redirect`: its own slot is not needed
/// any more, so the operation that made it can write there at once.
void Lowering::move_operand(Operand& operand, uint16_t to, bool may_redirect) {
  switch (operand.kind) {
    case Operand::Kind::constant:
      emit_constant(to, operand.type, operand.bits);
      return;
    case Operand::Kind::local:
      if (local_slots_[operand.local] != to) {
        emit_copy(to, local_slots_[operand.local], operand.type);
      }
      return;
    case Operand::Kind::sum:
      emit_sum(operand, to);
      return;
    case Operand::Kind::slot:
      break;
  }
  if (operand.slot == to) return;
  if (may_redirect && produced_last(operand)) {
    cells_[last_result_].r.d = to;
    for (Accumulator& known : accs_) {
      if (known.slot == to) known = {};
    }
    for (Accumulator& known : accs_) {
      if (known.slot == operand.slot) known = {to, none};
    }
    return;
  }
  emit_copy(to, operand.slot, operand.type);
}

}  // namespace zwasm
