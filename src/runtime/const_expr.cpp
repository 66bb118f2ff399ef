#include "runtime/const_expr.hpp"

#include <algorithm>

#include "runtime/instance.hpp"
#include "wasm/lanes.hpp"
#include "wasm/semantics.hpp"

namespace zwasm {
namespace {

/// The expressions were decoded before, with the features of their engine.
Features all_features() {
  Features features;
  for (size_t i = 0; i < feature_count; ++i) features.set(static_cast<Feature>(i), true);
  return features;
}

}  // namespace

ConstantEvaluator::ConstantEvaluator(Instance& instance)
    : instance_(instance),
      features_(all_features()),
      reader_(instance.store().allocator()),
      stack_(instance.store().allocator()),
      is_object_(instance.store().allocator()) {
  instance_.store().enter_root_scope(*this);
}

ConstantEvaluator::~ConstantEvaluator() { instance_.store().leave_root_scope(*this); }

void ConstantEvaluator::visit_roots(gc::Heap& heap) {
  for (size_t i = 0; i < stack_.size(); ++i) {
    if (is_object_[i]) heap.visit(stack_[i]);
  }
}

Result<GlobalCell> ConstantEvaluator::evaluate(const Expression& expression) {
  if (IntegerConstant constant; read_integer_constant(expression, constant)) {
    return GlobalCell{constant.bits, 0};
  }
  reader_.reset(expression, features_);
  pop(stack_.size());
  Instruction instruction;
  for (;;) {
    if (!reader_.next(instruction)) return reader_.take_error();
    if (instruction.opcode == Opcode::end) {
      return GlobalCell{stack_[0], stack_.size() == 2 ? stack_[1] : 0};
    }
    ZWASM_CHECK(apply(instruction));
  }
}

void ConstantEvaluator::pop(size_t slots) {
  stack_.resize_down(stack_.size() - slots);
  is_object_.resize_down(stack_.size());
}

bool ConstantEvaluator::is_function(const Expression& expression, uint32_t& function) {
  reader_.reset(expression, features_);
  Instruction instruction;
  if (!reader_.next(instruction) || instruction.opcode != Opcode::ref_func) return false;
  function = instruction.index;
  return reader_.next(instruction) && instruction.opcode == Opcode::end;
}

/// A builtin on the slots on top, which makes an object of them.
Status ConstantEvaluator::call(BuiltinFunction builtin, size_t operand_slots, uint32_t first,
                               uint32_t second) {
  if (operand_slots == 0) push(0);
  const size_t base = stack_.size() - std::max<size_t>(operand_slots, 1);
  VMContext* const vmctx = instance_.vmctx();
  vmctx->execution->trap.cell = nullptr;  // no frame leads here
  const TrapKind status = builtin(vmctx, stack_.data() + base, first, second);
  if (status != TrapKind::none) return make_trap(status);
  const Slot object = stack_[base];
  pop(stack_.size() - base);
  push(object, true);
  return {};
}

/// One instruction. Every opcode that opcodes.def marks as CONSTANT has its branch.
template <Opcode opcode>
Status ConstantEvaluator::apply(const Instruction& in) {
  [[maybe_unused]] const auto binary = [&](auto operation) {
    const Slot right = stack_.back();
    pop(1);
    stack_.back() = operation(stack_.back(), right);
  };
  [[maybe_unused]] const auto narrow = [](Slot slot) { return static_cast<uint32_t>(slot); };
  [[maybe_unused]] const ModuleCode& code = instance_.module();
  if constexpr (opcode == Opcode::i32_const) {
    push(static_cast<uint32_t>(in.i32));
  } else if constexpr (opcode == Opcode::i64_const) {
    push(static_cast<uint64_t>(in.i64));
  } else if constexpr (opcode == Opcode::f32_const) {
    push(in.f32_bits);
  } else if constexpr (opcode == Opcode::f64_const) {
    push(in.f64_bits);
  } else if constexpr (opcode == Opcode::v128_const) {
    const V128 value = V128::load(in.v128);
    push(value.bits[0]);
    push(value.bits[1]);
  } else if constexpr (opcode == Opcode::ref_null) {
    push(0);
  } else if constexpr (opcode == Opcode::ref_func) {
    const FuncRef* const function = instance_.try_func(in.index);
    if (function == nullptr) return make_trap(TrapKind::out_of_memory);
    push(reinterpret_cast<Slot>(function));
  } else if constexpr (opcode == Opcode::global_get) {
    const GlobalInstance global = instance_.global(in.index);
    push(global.cell->low, code.registry().may_be_object(global.type.type));
    if (global.type.type.slots() == 2) push(global.cell->high);
  } else if constexpr (opcode == Opcode::i32_add) {
    binary([&](Slot a, Slot b) { return semantics::i32_add(narrow(a), narrow(b)); });
  } else if constexpr (opcode == Opcode::i32_sub) {
    binary([&](Slot a, Slot b) { return semantics::i32_sub(narrow(a), narrow(b)); });
  } else if constexpr (opcode == Opcode::i32_mul) {
    binary([&](Slot a, Slot b) { return semantics::i32_mul(narrow(a), narrow(b)); });
  } else if constexpr (opcode == Opcode::i64_add) {
    binary([&](Slot a, Slot b) { return semantics::i64_add(a, b); });
  } else if constexpr (opcode == Opcode::i64_sub) {
    binary([&](Slot a, Slot b) { return semantics::i64_sub(a, b); });
  } else if constexpr (opcode == Opcode::i64_mul) {
    binary([&](Slot a, Slot b) { return semantics::i64_mul(a, b); });
  } else if constexpr (opcode == Opcode::ref_i31) {
    stack_.back() = i31_reference(narrow(stack_.back()));
  } else if constexpr (opcode == Opcode::any_convert_extern ||
                       opcode == Opcode::extern_convert_any) {
    // The same bits.
  } else {
    static_assert(opcode == Opcode::struct_new || opcode == Opcode::struct_new_default ||
                      opcode == Opcode::array_new || opcode == Opcode::array_new_default ||
                      opcode == Opcode::array_new_fixed,
                  "a constant that cannot be evaluated");
    if constexpr (is_built(Feature::gc)) return make_object(in);
  }
  return {};
}

Status ConstantEvaluator::apply(const Instruction& in) {
#define CONSTANT(name, feature) \
  if (in.opcode == Opcode::name) return apply<Opcode::name>(in);
#include "wasm/opcodes.def"
  return make_error(ErrorKind::invalid, in.offset, "constant expression required");
}

}  // namespace zwasm
