#include "runtime/const_expr.hpp"

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
    : instance_(instance), features_(all_features()) {}

Result<GlobalCell> ConstantEvaluator::evaluate(const Expression& expression) {
  reader_.reset(expression, features_);
  stack_.clear();
  Instruction instruction;
  for (;;) {
    if (!reader_.next(instruction)) return reader_.take_error();
    if (instruction.opcode == Opcode::end) return stack_.back();
    ZWASM_CHECK(apply(instruction));
  }
}

bool ConstantEvaluator::is_function(const Expression& expression, uint32_t& function) {
  reader_.reset(expression, features_);
  Instruction instruction;
  if (!reader_.next(instruction) || instruction.opcode != Opcode::ref_func) return false;
  function = instruction.index;
  return reader_.next(instruction) && instruction.opcode == Opcode::end;
}

Status ConstantEvaluator::apply(const Instruction& in) {
  const auto binary = [&](auto operation) {
    const Slot right = stack_.back().low;
    stack_.pop_back();
    stack_.back().low = operation(stack_.back().low, right);
  };
  const auto narrow = [](Slot slot) { return static_cast<uint32_t>(slot); };
  // Only some opcodes occur in constant expressions; the others are no mistake of a table.
  if (in.opcode == Opcode::i32_const) {
    push(static_cast<uint32_t>(in.i32));
  } else if (in.opcode == Opcode::i64_const) {
    push(static_cast<uint64_t>(in.i64));
  } else if (in.opcode == Opcode::f32_const) {
    push(in.f32_bits);
  } else if (in.opcode == Opcode::f64_const) {
    push(in.f64_bits);
  } else if (in.opcode == Opcode::v128_const) {
    const V128 value = V128::load(in.v128);
    push(value.bits[0], value.bits[1]);
  } else if (in.opcode == Opcode::ref_null) {
    push(0);
  } else if (in.opcode == Opcode::ref_func) {
    push(reinterpret_cast<Slot>(&instance_.func(in.index)));
  } else if (in.opcode == Opcode::global_get) {
    stack_.push_back(*instance_.global(in.index).cell);
  } else if (in.opcode == Opcode::i32_add) {
    binary([&](Slot a, Slot b) { return semantics::i32_add(narrow(a), narrow(b)); });
  } else if (in.opcode == Opcode::i32_sub) {
    binary([&](Slot a, Slot b) { return semantics::i32_sub(narrow(a), narrow(b)); });
  } else if (in.opcode == Opcode::i32_mul) {
    binary([&](Slot a, Slot b) { return semantics::i32_mul(narrow(a), narrow(b)); });
  } else if (in.opcode == Opcode::i64_add) {
    binary([&](Slot a, Slot b) { return semantics::i64_add(a, b); });
  } else if (in.opcode == Opcode::i64_sub) {
    binary([&](Slot a, Slot b) { return semantics::i64_sub(a, b); });
  } else if (in.opcode == Opcode::i64_mul) {
    binary([&](Slot a, Slot b) { return semantics::i64_mul(a, b); });
  } else {
    return make_error(ErrorKind::unsupported, in.offset,
                      "not supported by this build: %.*s in a constant expression",
                      static_cast<int>(info(in.opcode).text.size()), info(in.opcode).text.data());
  }
  return {};
}

}  // namespace zwasm
