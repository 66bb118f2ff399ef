// For the interpreter's tests: an instance made by hand, and functions of hand-assembled cells.
#pragma once

#include <array>
#include <cstring>
#include <deque>
#include <initializer_list>
#include <memory>
#include <vector>

#include "interp/interp.hpp"
#include "runtime/builtins.hpp"

namespace zwasm::interp::testing {

/// Cells of one function, assembled in order.
class Assembly {
 public:
  explicit Assembly(uint32_t frame_slots = 16) {
    Cell cell{};
    cell.enter = {frame_slots * uint32_t{sizeof(Slot)}, 0};
    cells_.push_back(cell);
  }

  /// Index of the next cell.
  size_t here() const { return cells_.size(); }
  Cell* cells() { return cells_.data(); }
  const Cell* cell(size_t index) const { return &cells_[index]; }

  Assembly& r(IrOp op, unsigned d = 0, unsigned a = 0, unsigned b = 0, unsigned c = 0) {
    emit(op).r = {narrow(d), narrow(a), narrow(b), narrow(c)};
    return *this;
  }
  Assembly& i(IrOp op, unsigned d, unsigned a, int32_t imm) {
    emit(op).i = {narrow(d), narrow(a), imm};
    return *this;
  }
  /// `target` is a cell index.
  Assembly& br(IrOp op, size_t target, unsigned a = 0, unsigned b = 0) {
    const int32_t distance = distance_to(target);
    emit(op).br = {distance, narrow(a), narrow(b)};
    return *this;
  }
  Assembly& bri(IrOp op, size_t target, unsigned a, int16_t imm) {
    const int32_t distance = distance_to(target);
    emit(op).bri = {distance, narrow(a), imm};
    return *this;
  }
  Assembly& bra(IrOp op, size_t target, int32_t imm) {
    const int32_t distance = distance_to(target);
    emit(op).bra = {distance, imm};
    return *this;
  }
  Assembly& latch(IrOp op, size_t target, unsigned a, int16_t k, unsigned bound) {
    const int32_t distance = distance_to(target) / int32_t{sizeof(Cell)};
    emit(op).latch = {static_cast<int16_t>(distance), k, narrow(a), narrow(bound)};
    return *this;
  }
  Assembly& mem(IrOp op, unsigned v, unsigned a, uint32_t offset = 0) {
    emit(op).mem = {narrow(v), narrow(a), offset};
    return *this;
  }
  Assembly& memx(IrOp op, unsigned v, unsigned a, unsigned b, unsigned offset = 0) {
    emit(op).memx = {narrow(v), narrow(a), narrow(b), narrow(offset)};
    return *this;
  }
  Assembly& mem_any(IrOp op, unsigned v, unsigned a, uint64_t offset = 0, uint32_t memory = 0) {
    emit(op).mem = {narrow(v), narrow(a), memory};
    return data64(offset);
  }
  Assembly& call(IrOp op, uint32_t index, unsigned base, unsigned args = 0) {
    emit(op).call = {index, narrow(base), narrow(args)};
    return *this;
  }
  Assembly& call_indirect(IrOp op, uint32_t type, unsigned base, unsigned a, uint32_t table,
                      uint32_t args = 0) {
    emit(op).call_indirect = {type, narrow(base), narrow(a)};
    DataCell data{};
    data.u32[0] = table;
    data.u32[1] = args;
    return this->data(data);
  }
  Assembly& data64(uint64_t low, uint64_t high = 0) {
    DataCell data{};
    data.u64[0] = low;
    data.u64[1] = high;
    return this->data(data);
  }
  Assembly& data(const DataCell& data) {
    Cell cell;
    std::memcpy(static_cast<void*>(&cell), &data, sizeof(cell));
    cells_.push_back(cell);
    return *this;
  }
  Assembly& table(IrOp op, unsigned a, std::initializer_list<size_t> targets) {
    std::vector<int32_t> distances;
    for (const size_t target : targets) distances.push_back(distance_to(target));
    emit(op).table = {static_cast<uint32_t>(targets.size() - 1), narrow(a), 0};
    distances.resize((distances.size() + 3) / 4 * 4);
    for (size_t first = 0; first < distances.size(); first += 4) {
      DataCell data{};
      std::memcpy(data.rel, &distances[first], sizeof(data.rel));
      this->data(data);
    }
    return *this;
  }

 private:
  static uint16_t narrow(unsigned value) { return static_cast<uint16_t>(value); }
  int32_t distance_to(size_t target) const {
    return (static_cast<int32_t>(target) - static_cast<int32_t>(here())) * int32_t{sizeof(Cell)};
  }
  Cell& emit(IrOp op) {
    cells_.emplace_back();
    cells_.back().handler = handlers()[op];
    return cells_.back();
  }

  std::vector<Cell> cells_;
};

/// What the instances of a test share.
struct Machine {
  static constexpr size_t stack_slots = 1 << 16;

  Machine() {
    std::memset(static_cast<void*>(&context), 0, sizeof(context));
    slots.resize(stack_slots);
    control.resize(stack_slots / 2 + control_stack_reserve);
    context.full_stack_limit = reinterpret_cast<uintptr_t>(slots.data() + stack_slots);
    context.stack_limit = context.full_stack_limit;
    context.stack_top = slots.data();
    context.control_top = control.data();
  }

  ExecutionContext context;
  std::vector<Slot> slots;
  std::vector<ControlRecord> control;
};

/// An instance with room for everything the tests need.
struct TestInstance {
  static constexpr size_t max_functions = 8;

  explicit TestInstance(Machine& the_machine) : machine(the_machine) {
    storage.reset(new (std::align_val_t{16}) Storage());
    vm().execution = &machine.context;
    vm().entries = entries.data();
    vm().imported_functions = imports.data();
    vm().memory0 = &memory;
    vm().memories = memories.data();
    vm().tables = tables.data();
    vm().types = types.data();
    vm().imported_globals = imported_globals.data();
    vm().builtins = builtin_table;
    for (size_t i = 0; i < max_functions; ++i) {
      references[i] = {&entries[i], &vm(), 0, static_cast<uint32_t>(i), nullptr};
    }
    memory.page_size_log2_and_guarded = 16;
    use_memory(bytes.data(), bytes.size());
  }

  VMContext& vm() { return storage->vm; }
  void use_memory(uint8_t* base, uint64_t size) {
    memory.base = base;
    memory.bytes = size;
    vm().memory0_base = base;
  }
  /// Defines function `index`; the code must stay where it is.
  void define(size_t index, Assembly& code) { entries[index].body = code.cells(); }
  /// Calls function `index`; results are in the machine's slots from 0 on.
  TrapKind run(size_t index, std::initializer_list<Slot> args = {}) {
    std::copy(args.begin(), args.end(), machine.context.stack_top);
    return invoke(machine.context, references[index], machine.context.stack_top);
  }
  Slot result(size_t index = 0) const { return machine.slots[index]; }

  struct Storage {
    VMContext vm{};
    GlobalCell globals[4] = {};
  };
  struct Free {
    void operator()(Storage* freed) const { ::operator delete(freed, std::align_val_t{16}); }
  };

  Machine& machine;
  std::unique_ptr<Storage, Free> storage;
  std::array<FuncEntry, max_functions> entries{};
  std::array<FuncRef, max_functions> references{};
  std::array<const FuncRef*, 4> imports{};
  std::array<uint8_t, 65536> bytes{};
  MemoryDefinition memory{};
  std::array<MemoryDefinition*, 2> memories{&memory, &memory};
  std::array<TableDefinition*, 2> tables{};
  std::array<uint32_t, 4> types{};
  std::array<GlobalCell*, 2> imported_globals{};
};

}  // namespace zwasm::interp::testing
