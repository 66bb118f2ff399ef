// Typing of instructions on references, structures and arrays.
#include "validate/function_validator.hpp"
#include "wasm/limits.hpp"

namespace zwasm {
namespace {

constexpr ValType eqref = ValType::ref(AbstractHeapType::eq, true);
constexpr ValType i31ref = ValType::ref(AbstractHeapType::i31, true);
constexpr ValType arrayref = ValType::ref(AbstractHeapType::array, true);

/// The root of the hierarchy that a heap type belongs to.
HeapType top_of(HeapType type, const Module& module) {
  if (type.is_index()) {
    return module.types[raw(type.index())].kind == CompositeKind::func ? AbstractHeapType::func
                                                                       : AbstractHeapType::any;
  }
  switch (type.abstract()) {
    case AbstractHeapType::func:
    case AbstractHeapType::nofunc: return AbstractHeapType::func;
    case AbstractHeapType::extern_:
    case AbstractHeapType::noextern: return AbstractHeapType::extern_;
    case AbstractHeapType::exn:
    case AbstractHeapType::noexn: return AbstractHeapType::exn;
    case AbstractHeapType::any:
    case AbstractHeapType::eq:
    case AbstractHeapType::i31:
    case AbstractHeapType::struct_:
    case AbstractHeapType::array:
    case AbstractHeapType::none:
    case AbstractHeapType::bottom: return AbstractHeapType::any;
  }
  return type;
}

ValType reference_to(uint32_t type_index, bool nullable) {
  return ValType::ref(HeapType(TypeIndex{type_index}), nullable);
}

ValType with_nullability(ValType type, bool nullable) {
  return ValType::ref(type.heap(), nullable);
}

bool is_packed(const FieldType& field) { return field.packed != FieldType::Packed::none; }

bool storage_matches(const ModuleContext& context, const FieldType& sub, const FieldType& super) {
  return sub.packed == super.packed && context.matches(sub.type, super.type);
}

}  // namespace

bool FunctionValidator::reference_instruction() {
  const Opcode opcode = instruction_.opcode;
  ValType operand;
  if (opcode == Opcode::ref_null) {
    const ValType type = ValType::ref(instruction_.heap_type.type, true);
    if (!exists(type)) return false;
    push(type);
    return true;
  }
  if (opcode == Opcode::ref_func) {
    const uint32_t index = instruction_.index;
    if (index >= module_.functions.size()) return unknown("function", index);
    if (constant_ != nullptr) {
      constant_->declared->add(FuncIndex{index});
    } else if (!context_.declared.has(FuncIndex{index})) {
      return fail("undeclared function reference %u", index);
    }
    push(reference_to(raw(module_.functions[index].type), false));
    return true;
  }
  if (opcode == Opcode::ref_is_null) {
    if (!pop_reference(operand)) return false;
    push(valtype::i32);
    return true;
  }
  if (opcode == Opcode::ref_as_non_null) {
    if (!pop_reference(operand)) return false;
    push(with_nullability(operand, false));
    return true;
  }
  if (opcode == Opcode::ref_eq) {
    if (!pop({eqref, eqref})) return false;
    push(valtype::i32);
    return true;
  }
  if (opcode == Opcode::ref_i31) {
    if (!pop(valtype::i32)) return false;
    push(with_nullability(i31ref, false));
    return true;
  }
  if (opcode == Opcode::i31_get_s || opcode == Opcode::i31_get_u) {
    if (!pop(i31ref)) return false;
    push(valtype::i32);
    return true;
  }
  // any.convert_extern and extern.convert_any keep the nullability of the operand.
  const bool to_any = opcode == Opcode::any_convert_extern;
  const bool nullable = top_ != base_ && top_[-1].is_ref() && top_[-1].nullable();
  if (!pop(to_any ? valtype::externref : valtype::anyref)) return false;
  push(with_nullability(to_any ? valtype::anyref : valtype::externref, nullable));
  return true;
}

bool FunctionValidator::branch_on_null() {
  const ControlFrame* target = label(instruction_.index);
  ValType operand;
  if (target == nullptr || !pop_reference(operand)) return false;
  const Types types = target->label_types();
  if (!pop(types)) return false;
  push(types);
  push(with_nullability(operand, false));
  return true;
}

bool FunctionValidator::branch_on_non_null() {
  const ControlFrame* target = label(instruction_.index);
  if (target == nullptr) return false;
  const Types types = target->label_types();
  if (types.empty() || !types.back().is_ref()) {
    return fail("type mismatch: instruction requires reference type but label has %s",
                types.empty() ? "[]" : to_string(types.back()).c_str());
  }
  const Types others = types.first(types.size() - 1);
  if (!pop(with_nullability(types.back(), true)) || !pop(others)) return false;
  push(others);
  return true;
}

bool FunctionValidator::cast() {
  const ValType type = ValType::ref(instruction_.heap_type.type, instruction_.heap_type.nullable);
  if (!exists(type) || !pop(ValType::ref(top_of(type.heap(), module_), true))) return false;
  const bool is_test =
      instruction_.opcode == Opcode::ref_test || instruction_.opcode == Opcode::ref_test_null;
  push(is_test ? valtype::i32 : type);
  return true;
}

bool FunctionValidator::branch_on_cast() {
  const ValType from = instruction_.cast_label.from;
  const ValType to = instruction_.cast_label.to;
  if (!exists(from) || !exists(to)) return false;
  if (!context_.matches(to, from)) return mismatch_types("target type", to, "source type", from);
  const ControlFrame* target = label(instruction_.cast_label.label);
  if (target == nullptr) return false;
  const ValType rest = with_nullability(from, from.nullable() && !to.nullable());
  const bool on_success = instruction_.opcode == Opcode::br_on_cast;
  const ValType taken = on_success ? to : rest;
  const Types types = target->label_types();
  if (types.empty() || !context_.matches(taken, types.back())) {
    return mismatch_label(Types(&taken, 1), types);
  }
  const Types others = types.first(types.size() - 1);
  if (!pop(from) || !pop(others)) return false;
  push(others);
  push(on_success ? rest : to);
  return true;
}

bool FunctionValidator::object_instruction() {
  switch (raw(instruction_.opcode)) {
    case raw(Opcode::ref_test):
    case raw(Opcode::ref_test_null):
    case raw(Opcode::ref_cast):
    case raw(Opcode::ref_cast_null):
      return cast();
    case raw(Opcode::br_on_cast):
    case raw(Opcode::br_on_cast_fail):
      return branch_on_cast();
    case raw(Opcode::struct_new):
    case raw(Opcode::struct_new_default):
    case raw(Opcode::struct_get):
    case raw(Opcode::struct_get_s):
    case raw(Opcode::struct_get_u):
    case raw(Opcode::struct_set):
      return struct_instruction();
    case raw(Opcode::array_new):
    case raw(Opcode::array_new_default):
    case raw(Opcode::array_new_fixed):
    case raw(Opcode::array_get):
    case raw(Opcode::array_get_s):
    case raw(Opcode::array_get_u):
    case raw(Opcode::array_set):
    case raw(Opcode::array_len):
    case raw(Opcode::array_fill):
      return array_instruction();
    case raw(Opcode::array_new_data):
    case raw(Opcode::array_new_elem):
    case raw(Opcode::array_init_data):
    case raw(Opcode::array_init_elem):
      return array_from_segment();
    case raw(Opcode::array_copy):
      return array_copy();
  }
  return false;
}

bool FunctionValidator::struct_instruction() {
  const Opcode opcode = instruction_.opcode;
  const bool is_new = opcode == Opcode::struct_new || opcode == Opcode::struct_new_default;
  const uint32_t index = is_new ? instruction_.index : instruction_.pair.first;
  const TypeDefinition* type = type_definition(index, CompositeKind::struct_);
  if (type == nullptr) return false;
  if (is_new) {
    if (opcode == Opcode::struct_new) {
      for (size_t i = type->fields.size(); i > 0; --i) {
        if (is_polymorphic()) break;
        if (!pop(type->fields[i - 1].type)) return false;
      }
    } else {
      if (!type->is_defaultable) return fail("field type is not defaultable");
    }
    push(reference_to(index, false));
    return true;
  }
  if (instruction_.pair.second >= type->fields.size()) {
    return unknown("field", instruction_.pair.second);
  }
  const FieldType& field = type->fields[instruction_.pair.second];
  const ValType object = reference_to(index, true);
  if (opcode == Opcode::struct_set) {
    return field.is_mutable ? pop({object, field.type}) : fail("immutable field");
  }
  if (is_packed(field) != (opcode != Opcode::struct_get)) {
    return fail("field is %s", is_packed(field) ? "packed" : "unpacked");
  }
  if (!pop(object)) return false;
  push(field.type);
  return true;
}

bool FunctionValidator::array_instruction() {
  const Opcode opcode = instruction_.opcode;
  if (opcode == Opcode::array_len) {
    if (!pop(arrayref)) return false;
    push(valtype::i32);
    return true;
  }
  const bool is_fixed = opcode == Opcode::array_new_fixed;
  const uint32_t index = is_fixed ? instruction_.pair.first : instruction_.index;
  const TypeDefinition* type = type_definition(index, CompositeKind::array);
  if (type == nullptr) return false;
  const FieldType& field = type->fields[0];
  const ValType object = reference_to(index, true);
  if (opcode == Opcode::array_set || opcode == Opcode::array_fill) {
    if (!field.is_mutable) return fail("immutable array");
    return opcode == Opcode::array_set ? pop({object, valtype::i32, field.type})
                                       : pop({object, valtype::i32, field.type, valtype::i32});
  }
  if (opcode == Opcode::array_get || opcode == Opcode::array_get_s ||
      opcode == Opcode::array_get_u) {
    if (is_packed(field) != (opcode != Opcode::array_get)) {
      return fail("array is %s", is_packed(field) ? "packed" : "unpacked");
    }
    if (!pop({object, valtype::i32})) return false;
    push(field.type);
    return true;
  }
  if (is_fixed) {
    const uint32_t count = instruction_.pair.second;
    if (count > limits::max_array_new_fixed) {
      return fail("too many array elements: %u", count);
    }
    for (uint32_t i = 0; i < count && !is_polymorphic(); ++i) {
      if (!pop(field.type)) return false;
    }
  } else if (opcode == Opcode::array_new) {
    if (!pop({field.type, valtype::i32})) return false;
  } else {
    if (!field.type.is_defaultable()) return fail("array type is not defaultable");
    if (!pop(valtype::i32)) return false;
  }
  push(reference_to(index, false));
  return true;
}

bool FunctionValidator::array_from_segment() {
  const Opcode opcode = instruction_.opcode;
  const auto [index, segment] = instruction_.pair;
  const bool is_new = opcode == Opcode::array_new_data || opcode == Opcode::array_new_elem;
  const TypeDefinition* type = type_definition(index, CompositeKind::array);
  if (type == nullptr) return false;
  const FieldType& field = type->fields[0];
  if (!is_new && !field.is_mutable) return fail("immutable array");
  if (opcode == Opcode::array_new_data || opcode == Opcode::array_init_data) {
    if (!data_segment(segment)) return false;
    if (field.type.is_ref()) return fail("array type is not numeric or vector");
  } else {
    const ElemSegment* elements = elem_segment(segment);
    if (elements == nullptr) return false;
    if (is_packed(field) || !context_.matches(elements->type, field.type)) {
      return mismatch_types("element segment's type", elements->type, "array's field type",
                            field.type);
    }
  }
  if (!is_new) {
    return pop({reference_to(index, true), valtype::i32, valtype::i32, valtype::i32});
  }
  if (!pop({valtype::i32, valtype::i32})) return false;
  push(reference_to(index, false));
  return true;
}

bool FunctionValidator::array_copy() {
  const auto [to_index, from_index] = instruction_.pair;
  const TypeDefinition* to = type_definition(to_index, CompositeKind::array);
  const TypeDefinition* from =
      to != nullptr ? type_definition(from_index, CompositeKind::array) : nullptr;
  if (from == nullptr) return false;
  if (!to->fields[0].is_mutable) return fail("immutable array");
  if (!storage_matches(context_, from->fields[0], to->fields[0])) {
    return fail("array types do not match");
  }
  return pop({reference_to(to_index, true), valtype::i32, reference_to(from_index, true),
              valtype::i32, valtype::i32});
}

}  // namespace zwasm
