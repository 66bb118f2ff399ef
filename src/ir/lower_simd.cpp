// Lowering of vector instructions.
#include "ir/lower.hpp"

#include <cstring>

#include "ir/rows.hpp"

namespace zwasm {

void Lowering::simd(IrOp op, size_t operands, ValType result_type, const uint8_t* lanes) {
  uint16_t slots[3] = {};
  for (size_t i = operands; i-- > 0;) {
    Operand operand = pop();
    slots[i] = slot_of(operand);
  }
  emit(op).r = {0, slots[0], slots[1], slots[2]};
  const uint32_t cell = last_cell_;
  if (lanes != nullptr) {
    std::memcpy(emit_data().bytes, lanes, 16);
    last_cell_ = cell;
  }
  set_result(cells_[cell], result_type, result_type != valtype::v128, false);
}

void Lowering::simd_lane(IrOp op, size_t operands, ValType result_type, uint8_t lane) {
  uint16_t slots[2] = {};
  for (size_t i = operands; i-- > 0;) {
    Operand operand = pop();
    slots[i] = slot_of(operand);
  }
  Cell& cell = emit(op);
  cell.r = {0, slots[0], 0, 0};
  (operands == 1 ? cell.r.b : cell.r.c) = lane;
  if (operands == 2) cell.r.b = slots[1];
  set_result(cell, result_type, result_type != valtype::v128, false);
}

void Lowering::simd_memory(IrOp guard, bool is_store, const Memarg& memarg) {
  Operand value{};
  if (is_store) value = pop();
  Operand address = pop();
  const uint16_t value_slot = is_store ? slot_of(value) : uint16_t{0};
  const uint16_t address_slot = slot_of(address);
  if (is_direct_memory(memarg)) {
    emit(form(guard, options_.guard_pages ? 0 : 1)).mem = {
        value_slot, address_slot, static_cast<uint32_t>(memarg.offset)};
  } else {
    memory_any(form(guard, 2), value_slot, address_slot, memarg);
  }
  if (!is_store) set_result(cells_[last_cell_], valtype::v128, false, false);
}

void Lowering::simd_lane_memory(IrOp op, bool is_store, const Memarg& memarg, uint8_t lane) {
  Operand vector = pop();
  Operand address = pop();
  const uint16_t vector_slot = slot_of(vector);
  const uint16_t address_slot = slot_of(address);
  emit(op).r = {0, address_slot, vector_slot, lane};
  const uint32_t cell = last_cell_;
  DataCell& data = emit_data();
  data.u64[0] = memarg.offset;
  data.u32[2] = raw(memarg.memory);
  last_cell_ = cell;
  if (!is_store) set_result(cells_[cell], valtype::v128, false, false);
}

void Lowering::vector_instruction(const Instruction& in) {
  switch (raw(in.opcode)) {
#define SIMD_UNARY(code, name, text, feature) \
  case raw(Opcode::name): \
    simd(IrOp::name, 1, valtype::v128, nullptr); \
    return;
#define SIMD_BINARY(code, name, text, feature) \
  case raw(Opcode::name): \
    simd(IrOp::name, 2, valtype::v128, nullptr); \
    return;
#define SIMD_SHIFT SIMD_BINARY
#define SIMD_TERNARY(code, name, text, feature) \
  case raw(Opcode::name): \
    simd(IrOp::name, 3, valtype::v128, nullptr); \
    return;
#define SIMD_TEST(code, name, text, feature) \
  case raw(Opcode::name): \
    simd(IrOp::name, 1, valtype::i32, nullptr); \
    return;
#define SIMD_SHUFFLE(code, name, text, feature) \
  case raw(Opcode::name): \
    simd(IrOp::name, 2, valtype::v128, in.v128); \
    return;
#define SIMD_SPLAT(code, name, text, type, feature) \
  case raw(Opcode::name): \
    simd(IrOp::name, 1, valtype::v128, nullptr); \
    return;
#define SIMD_EXTRACT(code, name, text, type, feature) \
  case raw(Opcode::name): \
    simd_lane(IrOp::name, 1, valtype::type, in.memory.lane); \
    return;
#define SIMD_REPLACE(code, name, text, type, feature) \
  case raw(Opcode::name): \
    simd_lane(IrOp::name, 2, valtype::v128, in.memory.lane); \
    return;
#define SIMD_LOAD(code, name, text, access, feature) \
  case raw(Opcode::name): \
    simd_memory(IrOp::name##_guard, false, in.memory.memarg); \
    return;
#define SIMD_STORE(code, name, text, access, feature) \
  case raw(Opcode::name): \
    simd_memory(IrOp::name##_guard, true, in.memory.memarg); \
    return;
#define SIMD_LOAD_LANE(code, name, text, access, feature) \
  case raw(Opcode::name): \
    simd_lane_memory(IrOp::name##_any, false, in.memory.memarg, in.memory.lane); \
    return;
#define SIMD_STORE_LANE(code, name, text, access, feature) \
  case raw(Opcode::name): \
    simd_lane_memory(IrOp::name##_any, true, in.memory.memarg, in.memory.lane); \
    return;
#include "wasm/opcodes.def"
    case raw(Opcode::v128_const): {
      Cell& cell = emit(IrOp::const_v128);
      static_cast<void>(cell);
      const uint32_t index = last_cell_;
      std::memcpy(emit_data().bytes, in.v128, 16);
      last_cell_ = index;
      set_result(cells_[index], valtype::v128, false, false);
      return;
    }
  }
}

}  // namespace zwasm
