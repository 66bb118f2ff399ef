// Lowering of instructions on objects: structs, arrays, i31, casts.
#include "ir/lower.hpp"
#include "runtime/gc/object.hpp"

namespace zwasm {

/// A builtin that allocates an object of a type.
void Lowering::allocate(Builtin number, size_t operands, uint32_t type, uint32_t second) {
  materialize_top(operands);
  const uint16_t base =
      operands == 0 ? static_cast<uint16_t>(next_slot()) : peek(operands - 1).slot;
  emit(IrOp::builtin_safepoint).r = {base, static_cast<uint16_t>(number), 0, 0};
  record_references(next_slot());
  DataCell& data = emit_data();
  data.u32[0] = type;
  data.u32[1] = second;
  finish_allocation(operands, type);
}

void Lowering::finish_allocation(size_t operands, uint32_t type) {
  truncate(stack_.size() - operands);
  last_cell_ = previous_cell_ = last_result_ = last_compare_ = negated_compare_ = none;
  forget_accumulators();
  push(ValType::ref(HeapType(TypeIndex{type}), false), Operand::Kind::slot);
}

void Lowering::struct_new(uint32_t type) {
  const TypeDefinition& definition = module_.types[type];
  const size_t fields = definition.fields.size();
  const uint32_t slots = definition.slots;
  if (gc::slots_object_size(slots) > gc::max_inline_bytes) {
    allocate(Builtin::struct_new, fields, type, slots);
    return;
  }
  materialize_top(fields);
  const uint16_t base = fields == 0 ? static_cast<uint16_t>(next_slot()) : peek(fields - 1).slot;
  emit(IrOp::struct_new).r = {base, static_cast<uint16_t>(slots), 0, 0};
  record_references(next_slot());
  DataCell& data = emit_data();
  data.u32[0] = type;
  data.u32[1] = slots;
  finish_allocation(fields, type);
}

/// An operation {d, a} on one operand.
void Lowering::unary_slot(IrOp op, ValType result) {
  Operand operand = pop();
  const uint16_t slot = slot_of(operand);
  Cell& cell = emit(op);
  cell.r = {0, slot, 0, 0};
  push_loaded(cell, result);
}

/// The result of an operation that leaves it in its slot and in the integer accumulator.
void Lowering::push_loaded(Cell& cell, ValType type) {
  accs_[static_cast<size_t>(AccKind::integer)] = {};
  set_result(cell, type, type != valtype::v128 && acc_kind(type) == AccKind::integer, false);
}

void Lowering::struct_get(uint32_t type, uint32_t field, bool is_signed) {
  const TypeDefinition& definition = module_.types[type];
  const FieldType& stored = definition.fields[field];
  IrOp op = stored.type == valtype::v128 ? IrOp::struct_get_v128 : IrOp::struct_get;
  switch (stored.packed) {
    case FieldType::Packed::none: break;
    case FieldType::Packed::i8: op = is_signed ? IrOp::struct_get_s8 : IrOp::struct_get_u8; break;
    case FieldType::Packed::i16:
      op = is_signed ? IrOp::struct_get_s16 : IrOp::struct_get_u16;
      break;
  }
  Operand object = pop();
  const uint16_t slot = slot_of(object);
  Cell& cell = emit(op);
  cell.r = {0, slot, definition.fields[field].slot, 0};
  push_loaded(cell, stored.type);
}

void Lowering::struct_set(uint32_t type, uint32_t field) {
  const TypeDefinition& definition = module_.types[type];
  Operand value = pop();
  Operand object = pop();
  const uint16_t value_slot = slot_of(value);
  const uint16_t object_slot = slot_of(object);
  const bool vector = definition.fields[field].type == valtype::v128;
  emit(vector ? IrOp::struct_set_v128 : IrOp::struct_set).r = {
      value_slot, object_slot, definition.fields[field].slot, 0};
}

void Lowering::array_get(uint32_t type, bool is_signed) {
  const FieldType& element = module_.types[type].fields[0];
  Operand index = pop();
  Operand object = pop();
  const uint16_t index_slot = slot_of(index);
  const uint16_t object_slot = slot_of(object);
  IrOp op = IrOp::array_get_64;
  switch (element_log2(element)) {
    case 0: op = is_signed ? IrOp::array_get_s8 : IrOp::array_get_u8; break;
    case 1: op = is_signed ? IrOp::array_get_s16 : IrOp::array_get_u16; break;
    case 2: op = IrOp::array_get_32; break;
    case 4: op = IrOp::array_get_v128; break;
  }
  Cell& cell = emit(op);
  cell.r = {0, object_slot, index_slot, 0};
  push_loaded(cell, element.type);
}

void Lowering::array_set(uint32_t type) {
  Operand value = pop();
  Operand index = pop();
  Operand object = pop();
  const uint16_t value_slot = slot_of(value);
  const uint16_t index_slot = slot_of(index);
  const uint16_t object_slot = slot_of(object);
  IrOp op = IrOp::array_set_64;
  switch (element_log2(module_.types[type].fields[0])) {
    case 0: op = IrOp::array_set_8; break;
    case 1: op = IrOp::array_set_16; break;
    case 2: op = IrOp::array_set_32; break;
    case 4: op = IrOp::array_set_v128; break;
  }
  emit(op).r = {value_slot, object_slot, index_slot, 0};
}

/// The operation that tests, or casts, the reference in a slot. Function types have no fast form:
/// their references have no object header.
Cell& Lowering::emit_cast(bool is_test, uint16_t slot, HeapType type, bool nullable) {
  const bool defined =
      type.is_index() && module_.types[raw(type.index())].kind != CompositeKind::func;
  emit(is_test ? (defined ? IrOp::ref_test_defined : IrOp::ref_test_abstract)
               : (defined ? IrOp::ref_cast_defined : IrOp::ref_cast_abstract))
      .r = {0, slot, static_cast<uint16_t>(nullable ? 1 : 0), 0};
  const uint32_t cell = last_cell_;
  emit_data().u32[0] = type.bits();
  last_cell_ = cell;
  return cells_[cell];
}

void Lowering::ref_test(HeapType type, bool nullable) {
  Operand reference = pop();
  push_loaded(emit_cast(true, slot_of(reference), type, nullable), valtype::i32);
}

/// The operand stays what it is, with another type.
void Lowering::ref_cast(HeapType type, bool nullable) {
  Operand& reference = stack_.back();
  if (reference.kind == Operand::Kind::constant) materialize(reference);
  keep_slots_written();
  emit_cast(false, slot_of(reference), type, nullable);
  forget_accumulators();
  stack_.back().type = ValType::ref(type, nullable);
}

void Lowering::branch_on_cast(const Instruction::CastLabel& in, bool when_it_is) {
  Operand& reference = stack_.back();
  if (reference.kind == Operand::Kind::constant) materialize(reference);
  keep_slots_written();
  const ValType carried = when_it_is ? in.to : in.from;
  Cell& cell = emit_cast(true, slot_of(reference), in.to.heap(), in.to.nullable());
  push_loaded(cell, valtype::i32);
  Operand condition = pop();
  stack_.back().type = carried;
  branch_if(in.label, condition, when_it_is);
  stack_.back().type = when_it_is ? in.from : in.to;
}

void Lowering::convert_reference(AbstractHeapType to) {
  Operand& reference = stack_.back();
  reference.type = ValType::ref(to, reference.type.nullable());
}

void Lowering::object_instruction(const Instruction& in) {
  switch (raw(in.opcode)) {
    case raw(Opcode::struct_new):
      struct_new(in.index);
      return;
    case raw(Opcode::struct_new_default):
      allocate(Builtin::struct_new_default, 0, in.index, 0);
      return;
    case raw(Opcode::struct_get):
      struct_get(in.pair.first, in.pair.second, false);
      return;
    case raw(Opcode::struct_get_s):
      struct_get(in.pair.first, in.pair.second, true);
      return;
    case raw(Opcode::struct_get_u):
      struct_get(in.pair.first, in.pair.second, false);
      return;
    case raw(Opcode::struct_set):
      struct_set(in.pair.first, in.pair.second);
      return;
    case raw(Opcode::array_new):
      allocate(Builtin::array_new, 2, in.index, 0);
      return;
    case raw(Opcode::array_new_default):
      allocate(Builtin::array_new_default, 1, in.index, 0);
      return;
    case raw(Opcode::array_new_fixed):
      allocate(Builtin::array_new_fixed, in.pair.second, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::array_new_data):
      allocate(Builtin::array_new_data, 2, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::array_new_elem):
      allocate(Builtin::array_new_elem, 2, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::array_get):
      array_get(in.index, false);
      return;
    case raw(Opcode::array_get_s):
      array_get(in.index, true);
      return;
    case raw(Opcode::array_get_u):
      array_get(in.index, false);
      return;
    case raw(Opcode::array_set):
      array_set(in.index);
      return;
    case raw(Opcode::array_len):
      unary_slot(IrOp::array_len, valtype::i32);
      return;
    case raw(Opcode::array_fill):
      builtin(Builtin::array_fill, 4, valtype::bottom, in.index, 0);
      return;
    case raw(Opcode::array_copy):
      builtin(Builtin::array_copy, 5, valtype::bottom, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::array_init_data):
      builtin(Builtin::array_init_data, 4, valtype::bottom, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::array_init_elem):
      builtin(Builtin::array_init_elem, 4, valtype::bottom, in.pair.first, in.pair.second);
      return;
    case raw(Opcode::ref_test):
    case raw(Opcode::ref_test_null):
      ref_test(in.heap_type.type, in.heap_type.nullable);
      return;
    case raw(Opcode::ref_cast):
    case raw(Opcode::ref_cast_null):
      ref_cast(in.heap_type.type, in.heap_type.nullable);
      return;
    case raw(Opcode::br_on_cast):
      branch_on_cast(in.cast_label, true);
      return;
    case raw(Opcode::br_on_cast_fail):
      branch_on_cast(in.cast_label, false);
      return;
    case raw(Opcode::any_convert_extern):
      convert_reference(AbstractHeapType::any);
      return;
    case raw(Opcode::extern_convert_any):
      convert_reference(AbstractHeapType::extern_);
      return;
    case raw(Opcode::ref_i31):
      unary_slot(IrOp::ref_i31, ValType::ref(AbstractHeapType::i31, false));
      return;
    case raw(Opcode::i31_get_s):
      unary_slot(IrOp::i31_get_s, valtype::i32);
      return;
    case raw(Opcode::i31_get_u):
      unary_slot(IrOp::i31_get_u, valtype::i32);
      return;
  }
}

}  // namespace zwasm
