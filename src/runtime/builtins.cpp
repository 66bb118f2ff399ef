#include "runtime/builtins.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/bulk.hpp"
#include "runtime/const_expr.hpp"
#include "runtime/host.hpp"
#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {
namespace {

/// What growing returns when it is impossible: -1 in the address type.
Slot grow_failure(AddressType address) {
  return address == AddressType::i64 ? ~Slot{0} : Slot{0xFFFF'FFFF};
}

/// Copies a segment's elements to a table; the range was checked.
TrapKind write_elements(Instance& instance, uint32_t segment_index, uint64_t source,
                        uint64_t count, TableInstance& table, uint64_t destination) {
  const ElemSegment& segment = instance.module().module().elems[segment_index];
  Slot* to = table.elements + destination;
  // Functions of the table's own instance need no FuncRef before somebody looks.
  const bool lazy = table.of_functions() && table.owner() == &instance;
  const auto function = [&](uint32_t index) {
    return lazy ? lazy_element(index) : reinterpret_cast<Slot>(instance.try_func(index));
  };
  VMContext* const vmctx = instance.vmctx();
  if (!segment.uses_expressions) {
    bool complete = true;
    const TrapKind kind =
        in_pieces(vmctx, count, piece_elements, false, [&](uint64_t first, uint64_t size) {
          for (uint64_t i = first; complete && i < first + size; ++i) {
            const Slot element = function(raw(segment.functions[source + i]));
            complete = element != 0;
            if (complete) to[i] = element;
          }
        });
    return complete ? kind : TrapKind::out_of_memory;
  }
  const std::span<const Slot> evaluated = instance.elements(segment_index);
  if (!evaluated.empty()) {
    std::copy_n(evaluated.begin() + static_cast<ptrdiff_t>(source), count, to);
    return TrapKind::none;
  }
  ConstantEvaluator evaluator(instance);
  for (uint64_t i = 0; i < count; ++i) {
    if (i % piece_elements == piece_elements - 1 &&
        vmctx->execution->interrupt.load(std::memory_order_relaxed) != 0) {
      return TrapKind::interrupted;
    }
    const Expression& expression = segment.expressions[source + i];
    uint32_t index;
    if (evaluator.is_function(expression, index)) {
      const Slot element = function(index);
      if (element == 0) return TrapKind::out_of_memory;
      to[i] = element;
      continue;
    }
    Result<GlobalCell> value = evaluator.evaluate(expression);
    if (!value.ok()) return raise_error(instance.vmctx(), value.take_error());
    to[i] = value->low;
  }
  return TrapKind::none;
}

}  // namespace

const BuiltinFunction builtin_table[] = {
#define BUILTIN(name) &builtins::name,
#include "runtime/builtins.def"
};

namespace builtins {

TrapKind memory_grow(VMContext* vmctx, Slot* operands, uint32_t memory_index, uint32_t) {
  MemoryInstance& memory = instance_of(vmctx->memories[memory_index]);
  const uint64_t delta = operands[0];
  uint64_t old_pages;
  const bool grown = memory.grow(delta, old_pages);
  operands[0] = grown ? old_pages : grow_failure(memory.type().address);
  if (Observer* observer = vmctx->execution->store->observer()) {
    observer->memory_grow(memory_index, old_pages, delta,
                          uint64_t{1} << memory.type().page_size_log2, grown);
  }
  return TrapKind::none;
}

TrapKind memory_fill(VMContext* vmctx, Slot* operands, uint32_t memory, uint32_t) {
  const uint64_t count = operands[2];
  uint8_t* destination = checked_range(vmctx->memories[memory], operands[0], count);
  if (destination == nullptr) return TrapKind::out_of_bounds_memory_access;
  return in_pieces(vmctx, count, piece_bytes, false, [&](uint64_t first, uint64_t size) {
    std::memset(destination + first, static_cast<uint8_t>(operands[1]), size);
  });
}

TrapKind memory_copy(VMContext* vmctx, Slot* operands, uint32_t destination_memory,
                     uint32_t source_memory) {
  const uint64_t count = operands[2];
  uint8_t* destination =
      checked_range(vmctx->memories[destination_memory], operands[0], count);
  const uint8_t* source = checked_range(vmctx->memories[source_memory], operands[1], count);
  if (destination == nullptr || source == nullptr) return TrapKind::out_of_bounds_memory_access;
  return move_in_pieces(vmctx, destination, source, count);
}

TrapKind memory_init(VMContext* vmctx, Slot* operands, uint32_t segment, uint32_t memory) {
  Instance& instance = *vmctx->instance;
  const std::span<const uint8_t> bytes = vmctx->module->module().datas[segment].bytes.span();
  const uint64_t size = instance.is_data_dropped(segment) ? 0 : bytes.size();
  const uint64_t count = operands[2];
  uint8_t* destination = checked_range(vmctx->memories[memory], operands[0], count);
  if (destination == nullptr || !in_range(operands[1], count, size)) {
    return TrapKind::out_of_bounds_memory_access;
  }
  return move_in_pieces(vmctx, destination, count == 0 ? nullptr : bytes.data() + operands[1],
                        count);
}

TrapKind data_drop(VMContext* vmctx, Slot*, uint32_t segment, uint32_t) {
  vmctx->instance->drop_data(segment);
  return TrapKind::none;
}

TrapKind table_get(VMContext* vmctx, Slot* operands, uint32_t table_index, uint32_t) {
  TableInstance& table = instance_of(vmctx->tables[table_index]);
  if (operands[0] >= table.size) return TrapKind::out_of_bounds_table_access;
  return table.try_get(operands[0], operands[0]) ? TrapKind::none : TrapKind::out_of_memory;
}

TrapKind table_set(VMContext* vmctx, Slot* operands, uint32_t table_index, uint32_t) {
  TableInstance& table = instance_of(vmctx->tables[table_index]);
  if (operands[0] >= table.size) return TrapKind::out_of_bounds_table_access;
  table.set(operands[0], operands[1]);
  return TrapKind::none;
}

TrapKind table_size(VMContext* vmctx, Slot* operands, uint32_t table, uint32_t) {
  operands[0] = vmctx->tables[table]->size;
  return TrapKind::none;
}

TrapKind table_grow(VMContext* vmctx, Slot* operands, uint32_t table_index, uint32_t) {
  TableInstance& table = instance_of(vmctx->tables[table_index]);
  const uint64_t delta = operands[1];
  uint64_t old_size;
  const bool grown = table.grow(delta, operands[0], old_size);
  if (Observer* observer = vmctx->execution->store->observer()) {
    observer->table_grow(table_index, old_size, delta, grown);
  }
  operands[0] = grown ? old_size : grow_failure(table.type().address);
  // Growing stops early at an interruption, too.
  const bool interrupted =
      !grown && vmctx->execution->interrupt.load(std::memory_order_relaxed) != 0;
  return interrupted ? TrapKind::interrupted : TrapKind::none;
}

TrapKind table_fill(VMContext* vmctx, Slot* operands, uint32_t table_index, uint32_t) {
  const TableDefinition& table = *vmctx->tables[table_index];
  const uint64_t count = operands[2];
  if (!in_range(operands[0], count, table.size)) return TrapKind::out_of_bounds_table_access;
  Slot* const elements = table.elements + operands[0];
  return in_pieces(vmctx, count, piece_elements, false, [&](uint64_t first, uint64_t size) {
    std::fill_n(elements + first, size, operands[1]);
  });
}

TrapKind table_copy(VMContext* vmctx, Slot* operands, uint32_t destination_table,
                    uint32_t source_table) {
  TableInstance& destination = instance_of(vmctx->tables[destination_table]);
  TableInstance& source = instance_of(vmctx->tables[source_table]);
  const uint64_t count = operands[2];
  if (!in_range(operands[0], count, destination.size) ||
      !in_range(operands[1], count, source.size)) {
    return TrapKind::out_of_bounds_table_access;
  }
  if (destination.owner() != source.owner()) {
    // An element without FuncRef means something else in the other table.
    bool complete = true;
    const TrapKind kind =
        in_pieces(vmctx, count, piece_elements, false, [&](uint64_t first, uint64_t size) {
          Slot element;
          for (uint64_t i = first; complete && i < first + size; ++i) {
            complete = source.try_get(operands[1] + i, element);
          }
        });
    if (!complete) return TrapKind::out_of_memory;
    if (kind != TrapKind::none) return kind;
  }
  return move_in_pieces(vmctx, destination.elements + operands[0], source.elements + operands[1],
                        count * sizeof(Slot));
}

TrapKind table_init(VMContext* vmctx, Slot* operands, uint32_t segment_index,
                    uint32_t table_index) {
  Instance& instance = *vmctx->instance;
  TableInstance& table = instance_of(vmctx->tables[table_index]);
  const ElemSegment& segment = vmctx->module->module().elems[segment_index];
  const uint64_t size = instance.is_elem_dropped(segment_index) ? 0 : segment.size();
  const uint64_t count = operands[2];
  if (!in_range(operands[0], count, table.size) || !in_range(operands[1], count, size)) {
    return TrapKind::out_of_bounds_table_access;
  }
  return write_elements(instance, segment_index, operands[1], count, table, operands[0]);
}

TrapKind elem_drop(VMContext* vmctx, Slot*, uint32_t segment, uint32_t) {
  vmctx->instance->drop_elem(segment);
  return TrapKind::none;
}

TrapKind ref_func(VMContext* vmctx, Slot* operands, uint32_t function, uint32_t) {
  operands[0] = reinterpret_cast<Slot>(vmctx->instance->try_func(function));
  return operands[0] != 0 ? TrapKind::none : TrapKind::out_of_memory;
}

TrapKind call_indirect_callee(VMContext* vmctx, Slot* operands, uint32_t table_index,
                              uint32_t type) {
  TableDefinition* const table = vmctx->tables[table_index];
  const uint64_t index = operands[0];
  if (index >= table->size) return TrapKind::undefined_element;
  Slot element = table->elements[index];
  if (element == 0) return TrapKind::uninitialized_element;
  if ((element & 1) != 0 && !instance_of(table).try_get(index, element)) {
    return TrapKind::out_of_memory;
  }
  const uint32_t actual = reinterpret_cast<const FuncRef*>(element)->type;
  const uint32_t expected = vmctx->types[type];
  if (actual != expected && !vmctx->module->registry().is_subtype(CanonicalType{actual},
                                                                  CanonicalType{expected})) {
    return TrapKind::indirect_call_type_mismatch;
  }
  operands[0] = element;
  return TrapKind::none;
}

TrapKind lower_function(VMContext* vmctx, Slot*, uint32_t defined_function, uint32_t) {
  return vmctx->module->lower(vmctx, vmctx->entries + defined_function);
}

}  // namespace builtins
}  // namespace zwasm
