// Lowering of atomic accesses, wait and notify.
#include "ir/lower.hpp"

namespace zwasm {

/// `operands` are the address and one or two values; the result is an integer, or bottom for none.
void Lowering::atomic(IrOp op, const Memarg& memarg, size_t operands, ValType result) {
  Operand popped[3];
  uint16_t slots[3] = {};
  for (size_t i = operands; i-- != 0;) popped[i] = pop();
  for (size_t i = operands; i-- != 0;) slots[i] = slot_of(popped[i]);
  emit(op).r = {0, slots[0], slots[1], slots[2]};
  const uint32_t cell = last_cell_;
  DataCell& data = emit_data();
  data.u64[0] = memarg.offset;
  data.u32[2] = raw(memarg.memory);
  last_cell_ = cell;
  if (!result.is_bottom()) set_result(cells_[cell], result, true, false);
}

void Lowering::atomic_instruction(const Instruction& in) {
  switch (raw(in.opcode)) {
#define ATOMIC_OP(code, name, text, types, access, feature) \
  case raw(Opcode::name): \
    atomic(IrOp::name, in.memory.memarg, info(Opcode::name).signature.param_count, valtype::i32); \
    return;
#define ATOMIC_LOAD(code, name, text, type, access, feature) \
  case raw(Opcode::name): \
    atomic(IrOp::name, in.memory.memarg, 1, valtype::type); \
    return;
#define ATOMIC_STORE(code, name, text, type, access, feature) \
  case raw(Opcode::name): \
    atomic(IrOp::name, in.memory.memarg, 2, valtype::bottom); \
    return;
#define ATOMIC_RMW(code, name, text, type, access, operation, feature) \
  case raw(Opcode::name): \
    atomic(IrOp::name, in.memory.memarg, 2, valtype::type); \
    return;
#define ATOMIC_CMPXCHG(code, name, text, type, access, feature) \
  case raw(Opcode::name): \
    atomic(IrOp::name, in.memory.memarg, 3, valtype::type); \
    return;
#include "wasm/opcodes.def"
    case raw(Opcode::atomic_fence):
      emit(IrOp::atomic_fence);
      return;
  }
}

}  // namespace zwasm
