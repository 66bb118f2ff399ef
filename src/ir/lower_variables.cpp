// Lowering of locals, globals and selection.
#include "ir/lower.hpp"

#include "ir/rows.hpp"

namespace zwasm {

void Lowering::select() {
  Operand condition = pop();
  Operand b = pop();
  Operand a = pop();
  const ValType type = a.type;
  const auto is_immediate = [&](const Operand& operand) {
    return operand.kind == Operand::Kind::constant && type == valtype::i32 &&
           fits_int16(static_cast<int32_t>(operand.bits));
  };
  const bool first_immediate = is_immediate(a), second_immediate = is_immediate(b);
  const uint16_t first = first_immediate ? static_cast<uint16_t>(a.bits) : slot_of(a);
  const uint16_t second = second_immediate ? static_cast<uint16_t>(b.bits) : slot_of(b);
  if (condition.kind == Operand::Kind::constant) materialize(condition);
  if (type == valtype::v128) {
    const uint16_t condition_slot = slot_of(condition);
    Cell& cell = emit(IrOp::select_v128);
    cell.r = {0, first, second, condition_slot};
    set_result(cell, type, false, false);
    return;
  }
  const Source from = source(condition);
  const uint32_t distance = (first_immediate ? forms::select_first_imm : forms::select_slots) +
                            (second_immediate ? forms::select_second_imm : forms::select_slots);
  Cell& cell = emit(form(IrOp::select_s, distance + (from.in_accumulator ? 1 : 0)));
  cell.r = {0, first, second, from.slot};
  set_result(cell, type, false, false);
}

/// The local gets a value: if nothing but the initialization of locals has happened yet, it need
/// not be part of that.
void Lowering::skip_initialization(uint32_t local, const Operand& value) {
  if (last_cell_ == none || last_cell_ != zero_cell_ || op_of(zero_cell_) != IrOp::zero) return;
  const bool reads_itself =
      (value.kind == Operand::Kind::local || value.kind == Operand::Kind::sum) &&
      (value.local == local || value.index == local);
  if (reads_itself) return;
  Cell::R& zeroed = cells_[zero_cell_].r;
  const uint32_t slots = local_types_[local].slots();
  if (local_slots_[local] == zeroed.d) {
    zeroed.d = static_cast<uint16_t>(zeroed.d + slots);
  } else if (local_slots_[local] + slots != uint32_t{zeroed.d} + zeroed.a) {
    return;
  }
  zeroed.a = static_cast<uint16_t>(zeroed.a - slots);
  if (zeroed.a == 0) remove_last();
}

void Lowering::local_set(uint32_t local) {
  Operand value = pop_any();
  materialize_reads(local);
  skip_initialization(local, value);
  const uint16_t slot = local_slots_[local];
  move_operand(value, slot, true);
}

void Lowering::global_get(uint32_t index) {
  const ValType type = module_.globals[index].type.type;
  const bool imported = index < module_.imported_globals;
  const uint32_t number = imported ? index : index - module_.imported_globals;
  const bool vector = type == valtype::v128;
  const IrOp op = imported ? vector ? IrOp::global_get_imported_v128 : IrOp::global_get_imported
                  : vector ? IrOp::global_get_v128
                           : IrOp::global_get_w;
  Cell& cell = emit(op);
  cell.i = {0, 0, static_cast<int32_t>(number)};
  const bool accumulates = op == IrOp::global_get_w;
  if (accumulates) accs_[static_cast<size_t>(AccKind::integer)] = {};
  set_result(cell, type, accumulates && acc_kind(type) == AccKind::integer, true);
}

void Lowering::global_set(uint32_t index) {
  Operand value = pop();
  const bool imported = index < module_.imported_globals;
  const auto number =
      static_cast<int32_t>(imported ? index : index - module_.imported_globals);
  if (value.type == valtype::v128) {
    const uint16_t slot = slot_of(value);
    emit(imported ? IrOp::global_set_imported_v128 : IrOp::global_set_v128).i = {0, slot, number};
    return;
  }
  if (value.kind == Operand::Kind::constant) materialize(value);
  if (!imported && acc_kind(value.type) == AccKind::integer) {
    const Source from = source(value);
    if (from.in_accumulator) {
      emit(IrOp::global_set_a).i = {0, from.slot, number};
      return;
    }
  }
  const uint16_t slot = slot_of(value);
  emit(imported ? IrOp::global_set_imported : IrOp::global_set_s).i = {0, slot, number};
}

}  // namespace zwasm
