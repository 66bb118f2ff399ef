// Lowering of table instructions, of bulk operations, and of what else a builtin does.
#include "ir/lower.hpp"

namespace zwasm {

void Lowering::builtin(Builtin number, size_t operands, ValType result, uint32_t first,
                       uint32_t second) {
  materialize_top(operands);
  const uint16_t base =
      operands == 0 ? static_cast<uint16_t>(next_slot()) : peek(operands - 1).slot;
  truncate(stack_.size() - operands);
  const auto code = static_cast<uint16_t>(number);
  if (first <= 0xFFFF && second <= 0xFFFF) {
    emit(IrOp::builtin).r = {base, code, static_cast<uint16_t>(first),
                             static_cast<uint16_t>(second)};
  } else {
    emit(IrOp::builtin_wide).r = {base, code, 0, 0};
    DataCell& data = emit_data();
    data.u32[0] = first;
    data.u32[1] = second;
  }
  last_cell_ = last_result_ = none;
  forget_accumulators();
  if (!result.is_bottom()) push(result, Operand::Kind::slot);
}

void Lowering::table_get(uint32_t index) {
  Operand element = pop();
  const uint16_t slot = slot_of(element);
  Cell& cell = emit(IrOp::table_get);
  cell.i = {0, slot, static_cast<int32_t>(index)};
  forget_accumulators();
  set_result(cell, module_.tables[index].type.element, false, false);
}

void Lowering::table_set(uint32_t index) {
  Operand value = pop();
  Operand element = pop();
  const uint16_t value_slot = slot_of(value);
  const uint16_t element_slot = slot_of(element);
  emit(IrOp::table_set).i = {value_slot, element_slot, static_cast<int32_t>(index)};
  forget_accumulators();
}

void Lowering::bulk_instruction(const Instruction& in) {
  const auto address_type = [&](uint32_t memory) {
    return to_valtype(module_.memories[memory].address);
  };
  const auto table_address = [&](uint32_t table) {
    return to_valtype(module_.tables[table].type.address);
  };
  switch (raw(in.opcode)) {
    case raw(Opcode::table_get):
      table_get(in.index);
      return;
    case raw(Opcode::table_set):
      table_set(in.index);
      return;
    case raw(Opcode::memory_size): {
      Cell& cell = emit(IrOp::memory_size);
      cell.i = {0, 0, static_cast<int32_t>(in.index)};
      set_result(cell, address_type(in.index), true, false);
      return;
    }
    case raw(Opcode::memory_grow):
      builtin(Builtin::memory_grow, 1, address_type(in.index), in.index, 0);
      return;
    case raw(Opcode::memory_fill):
      builtin(Builtin::memory_fill, 3, valtype::bottom, in.index, 0);
      return;
    case raw(Opcode::memory_copy):
      builtin(Builtin::memory_copy, 3, valtype::bottom, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::memory_init):
      builtin(Builtin::memory_init, 3, valtype::bottom, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::data_drop):
      builtin(Builtin::data_drop, 0, valtype::bottom, in.index, 0);
      return;
    case raw(Opcode::table_init):
      builtin(Builtin::table_init, 3, valtype::bottom, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::elem_drop):
      builtin(Builtin::elem_drop, 0, valtype::bottom, in.index, 0);
      return;
    case raw(Opcode::table_copy):
      builtin(Builtin::table_copy, 3, valtype::bottom, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::table_grow):
      builtin(Builtin::table_grow, 2, table_address(in.index), in.index, 0);
      return;
    case raw(Opcode::table_size):
      builtin(Builtin::table_size, 0, table_address(in.index), in.index, 0);
      return;
    case raw(Opcode::table_fill):
      builtin(Builtin::table_fill, 3, valtype::bottom, in.index, 0);
      return;
  }
}

void Lowering::reference_instruction(const Instruction& in) {
  switch (raw(in.opcode)) {
    case raw(Opcode::ref_null):
      push_constant(ValType::ref(in.heap_type.type, true), 0);
      return;
    case raw(Opcode::ref_is_null):
      test_zero(Opcode::i64_eqz, IrOp::i64_eqz_s_w);
      return;
    case raw(Opcode::ref_func): {
      Cell& cell = emit(IrOp::ref_func);
      cell.i = {0, 0, static_cast<int32_t>(in.index)};
      forget_accumulators();
      set_result(cell, ValType::ref(HeapType(module_.functions[in.index].type), false), false,
                 false);
      return;
    }
    case raw(Opcode::ref_eq):
      compare(IrOp::i64_eq_ss_w, Opcode::i64_eq, valtype::i64);
      return;
    case raw(Opcode::ref_as_non_null): {
      // The operand stays what it is; constants and locals are checked in their slot.
      Operand& operand = stack_.back();
      if (operand.kind == Operand::Kind::constant) materialize(operand);
      keep_slots_written();
      const uint16_t slot =
          operand.kind == Operand::Kind::local ? local_slots_[operand.local] : operand.slot;
      emit(IrOp::ref_as_non_null).r = {0, slot, 0, 0};
      return;
    }
  }
}

}  // namespace zwasm
