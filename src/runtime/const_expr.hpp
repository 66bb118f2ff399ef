// Evaluation of constant expressions.
#pragma once

#include "base/result.hpp"
#include "base/vector.hpp"
#include "binary/instruction_reader.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/module.hpp"

namespace zwasm {

class Instance;

/// Evaluates the constant expressions of one instance; keeps its working memory from one to the
/// next. The expressions are valid.
class ConstantEvaluator {
 public:
  explicit ConstantEvaluator(Instance& instance);

  /// The value, in one slot or (v128) two. Fails with ErrorKind::unsupported where the expression
  /// needs what this build cannot do, and ErrorKind::trap.
  Result<GlobalCell> evaluate(const Expression& expression);

  /// For element segments: the function that the expression is `ref.func` of, without making the
  /// reference; false if it is no such expression.
  [[nodiscard]] bool is_function(const Expression& expression, uint32_t& function);

 private:
  Status apply(const Instruction& instruction);
  void push(Slot low, Slot high = 0) { stack_.push_back({low, high}); }

  Instance& instance_;
  Features features_;
  InstructionReader reader_;
  Vector<GlobalCell> stack_;
};

}  // namespace zwasm
