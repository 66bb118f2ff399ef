// Builtins on structs and arrays, and casts.
#include <algorithm>
#include <cstring>

#include "runtime/bulk.hpp"
#include "runtime/builtins.hpp"
#include "runtime/const_expr.hpp"
#include "runtime/host.hpp"
#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {
namespace {

/// A type of the module, and its objects.
struct ObjectType {
  CanonicalType id;
  const ObjectLayout& layout;

  ObjectType(VMContext* vmctx, uint32_t index)
      : id(CanonicalType{vmctx->types[index]}),
        layout(vmctx->execution->store->runtime().types.layout(id)) {}

  gc::Object* new_struct(VMContext* vmctx) const {
    return vmctx->execution->store->allocate(gc::ObjectKind::struct_, id, layout.slots,
                                             gc::slots_object_size(layout.slots));
  }
  gc::Object* new_array(VMContext* vmctx, uint32_t length) const {
    return vmctx->execution->store->allocate(gc::ObjectKind::array, id, length,
                                             gc::array_object_size(length, layout.element_log2));
  }
  size_t bytes(uint64_t count) const { return static_cast<size_t>(count << layout.element_log2); }
  uint8_t* element(gc::Object* array, uint64_t index) const {
    return array->bytes() + bytes(index);
  }
  /// Slots that an element takes in a frame.
  uint32_t element_slots() const { return layout.element_log2 == 4 ? 2 : 1; }

  /// Writes `count` equal elements; `value` is a slot, or two.
  TrapKind fill(VMContext* vmctx, uint8_t* to, const Slot* value, uint64_t count) const {
    const uint64_t piece = piece_bytes >> layout.element_log2;
    return in_pieces(vmctx, count, piece, false, [&](uint64_t first, uint64_t size) {
      fill_piece(to + bytes(first), value, size);
    });
  }
  void fill_piece(uint8_t* to, const Slot* value, uint64_t count) const {
    switch (layout.element_log2) {
      case 0: std::memset(to, static_cast<uint8_t>(*value), count); return;
      case 1: fill_with<uint16_t>(to, value, count); return;
      case 2: fill_with<uint32_t>(to, value, count); return;
      case 3: fill_with<uint64_t>(to, value, count); return;
      case 4:
        for (uint64_t i = 0; i < count; ++i) std::memcpy(to + 16 * i, value, 16);
        return;
    }
  }

 private:
  template <class Element>
  static void fill_with(uint8_t* to, const Slot* value, uint64_t count) {
    std::fill_n(reinterpret_cast<Element*>(to), count, static_cast<Element>(*value));
  }
};

std::span<const uint8_t> data_bytes(VMContext* vmctx, uint32_t segment) {
  if (vmctx->instance->is_data_dropped(segment)) return {};
  return vmctx->module->module().datas[segment].bytes.span();
}

uint64_t elem_size(VMContext* vmctx, uint32_t segment) {
  if (vmctx->instance->is_elem_dropped(segment)) return 0;
  return vmctx->module->module().elems[segment].size();
}

/// Copies elements of a segment, which are in range, to an array.
TrapKind copy_elements(Instance& instance, uint32_t segment_index, uint64_t from, uint64_t count,
                       Slot* to) {
  const std::span<const Slot> evaluated = instance.elements(segment_index);
  if (!evaluated.empty()) {
    std::copy_n(evaluated.begin() + static_cast<ptrdiff_t>(from), count, to);
    return TrapKind::none;
  }
  const ElemSegment& segment = instance.module().module().elems[segment_index];
  if (!segment.uses_expressions) {
    for (uint64_t i = 0; i < count; ++i) {
      to[i] = reinterpret_cast<Slot>(instance.try_func(raw(segment.functions[from + i])));
      if (to[i] == 0) return TrapKind::out_of_memory;
    }
    return TrapKind::none;
  }
  ConstantEvaluator evaluator(instance);  // of references to functions: allocates nothing
  for (uint64_t i = 0; i < count; ++i) {
    Result<GlobalCell> value = evaluator.evaluate(segment.expressions[from + i]);
    if (!value.ok()) return raise_error(instance.vmctx(), value.take_error());
    to[i] = value->low;
  }
  return TrapKind::none;
}

TrapKind finish(Slot* operands, const gc::Object* object) {
  operands[0] = gc::reference_to(object);
  return TrapKind::none;
}

/// Whether a reference is of a type of the module.
bool reference_matches(VMContext* vmctx, Slot reference, HeapType type, bool nullable) {
  if (reference == 0) return nullable;
  if (type.is_abstract()) return gc::is_of(reference, type.abstract());
  const TypeRegistry& registry = vmctx->module->registry();
  const CanonicalType wanted{vmctx->types[raw(type.index())]};
  if (registry.definition(wanted).kind == CompositeKind::func) {
    const CanonicalType actual{reinterpret_cast<const FuncRef*>(reference)->type};
    return registry.is_subtype(actual, wanted);
  }
  return gc::is_object(reference) &&
         registry.is_subtype(gc::object_of(reference)->type(), wanted);
}

}  // namespace

namespace builtins {

TrapKind ref_test(VMContext* vmctx, Slot* operands, uint32_t heap_type, uint32_t nullable) {
  operands[0] =
      reference_matches(vmctx, operands[0], HeapType::from_bits(heap_type), nullable != 0) ? 1 : 0;
  return TrapKind::none;
}

TrapKind struct_new(VMContext* vmctx, Slot* operands, uint32_t type, uint32_t slots) {
  gc::Object* object = ObjectType(vmctx, type).new_struct(vmctx);
  if (object == nullptr) return vmctx->execution->store->allocation_failure();
  std::copy_n(operands, slots, object->slots());
  return finish(operands, object);
}

TrapKind struct_new_default(VMContext* vmctx, Slot* operands, uint32_t type, uint32_t) {
  gc::Object* object = ObjectType(vmctx, type).new_struct(vmctx);
  if (object == nullptr) return vmctx->execution->store->allocation_failure();
  std::fill_n(object->slots(), object->length, Slot{0});
  return finish(operands, object);
}

TrapKind array_new(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t) {
  const ObjectType type(vmctx, type_index);
  const auto length = static_cast<uint32_t>(operands[type.element_slots()]);
  gc::Object* array = type.new_array(vmctx, length);
  if (array == nullptr) return vmctx->execution->store->allocation_failure();
  const TrapKind status = type.fill(vmctx, array->bytes(), operands, length);
  return status == TrapKind::none ? finish(operands, array) : status;
}

TrapKind array_new_default(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t) {
  const ObjectType type(vmctx, type_index);
  const auto length = static_cast<uint32_t>(operands[0]);
  gc::Object* array = type.new_array(vmctx, length);
  if (array == nullptr) return vmctx->execution->store->allocation_failure();
  static constexpr Slot zero[2] = {};
  const TrapKind status = type.fill(vmctx, array->bytes(), zero, length);
  return status == TrapKind::none ? finish(operands, array) : status;
}

TrapKind array_new_fixed(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t length) {
  const ObjectType type(vmctx, type_index);
  gc::Object* array = type.new_array(vmctx, length);
  if (array == nullptr) return vmctx->execution->store->allocation_failure();
  for (uint32_t i = 0; i < length; ++i) {
    type.fill_piece(type.element(array, i), operands + size_t{i} * type.element_slots(), 1);
  }
  return finish(operands, array);
}

TrapKind array_new_data(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t segment) {
  const ObjectType type(vmctx, type_index);
  const auto offset = static_cast<uint32_t>(operands[0]);
  const auto length = static_cast<uint32_t>(operands[1]);
  const std::span<const uint8_t> bytes = data_bytes(vmctx, segment);
  if (!in_range(offset, uint64_t{length} << type.layout.element_log2, bytes.size())) {
    return TrapKind::out_of_bounds_memory_access;
  }
  gc::Object* array = type.new_array(vmctx, length);
  if (array == nullptr) return vmctx->execution->store->allocation_failure();
  if (length != 0) std::memcpy(array->bytes(), bytes.data() + offset, type.bytes(length));
  return finish(operands, array);
}

TrapKind array_new_elem(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t segment) {
  const ObjectType type(vmctx, type_index);
  const auto offset = static_cast<uint32_t>(operands[0]);
  const auto length = static_cast<uint32_t>(operands[1]);
  if (!in_range(offset, length, elem_size(vmctx, segment))) {
    return TrapKind::out_of_bounds_table_access;
  }
  gc::Object* array = type.new_array(vmctx, length);
  if (array == nullptr) return vmctx->execution->store->allocation_failure();
  const TrapKind status =
      copy_elements(*vmctx->instance, segment, offset, length, array->slots());
  return status == TrapKind::none ? finish(operands, array) : status;
}

TrapKind array_fill(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t) {
  const ObjectType type(vmctx, type_index);
  if (operands[0] == 0) return TrapKind::null_array_reference;
  gc::Object* array = gc::object_of(operands[0]);
  const uint64_t count = operands[2 + type.element_slots()];
  if (!in_range(operands[1], count, array->length)) return TrapKind::out_of_bounds_array_access;
  return type.fill(vmctx, type.element(array, operands[1]), operands + 2, count);
}

TrapKind array_copy(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t) {
  const ObjectType type(vmctx, type_index);
  if (operands[0] == 0 || operands[2] == 0) return TrapKind::null_array_reference;
  gc::Object* to = gc::object_of(operands[0]);
  gc::Object* from = gc::object_of(operands[2]);
  const uint64_t count = operands[4];
  if (!in_range(operands[1], count, to->length) || !in_range(operands[3], count, from->length)) {
    return TrapKind::out_of_bounds_array_access;
  }
  return move_in_pieces(vmctx, type.element(to, operands[1]), type.element(from, operands[3]),
                        type.bytes(count));
}

TrapKind array_init_data(VMContext* vmctx, Slot* operands, uint32_t type_index, uint32_t segment) {
  const ObjectType type(vmctx, type_index);
  if (operands[0] == 0) return TrapKind::null_array_reference;
  gc::Object* array = gc::object_of(operands[0]);
  const uint64_t count = operands[3];
  if (!in_range(operands[1], count, array->length)) return TrapKind::out_of_bounds_array_access;
  const std::span<const uint8_t> bytes = data_bytes(vmctx, segment);
  if (!in_range(operands[2], count << type.layout.element_log2, bytes.size())) {
    return TrapKind::out_of_bounds_memory_access;
  }
  if (count != 0) {
    std::memcpy(type.element(array, operands[1]), bytes.data() + operands[2], type.bytes(count));
  }
  return TrapKind::none;
}

TrapKind array_init_elem(VMContext* vmctx, Slot* operands, uint32_t, uint32_t segment) {
  if (operands[0] == 0) return TrapKind::null_array_reference;
  gc::Object* array = gc::object_of(operands[0]);
  const uint64_t count = operands[3];
  if (!in_range(operands[1], count, array->length)) return TrapKind::out_of_bounds_array_access;
  if (!in_range(operands[2], count, elem_size(vmctx, segment))) {
    return TrapKind::out_of_bounds_table_access;
  }
  return copy_elements(*vmctx->instance, segment, operands[2], count,
                       array->slots() + operands[1]);
}

}  // namespace builtins
}  // namespace zwasm
