// Evaluation of constant expressions.
#pragma once

#include "base/result.hpp"
#include "base/vector.hpp"
#include "binary/instruction_reader.hpp"
#include "runtime/builtins.hpp"
#include "runtime/store.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/module.hpp"

namespace zwasm {

class Instance;

/// Evaluates the constant expressions of one instance; keeps its working memory from one to the
/// next. The expressions are valid.
class ConstantEvaluator final : private RootScope {
 public:
  explicit ConstantEvaluator(Instance& instance);
  ~ConstantEvaluator();

  /// The value, in one slot or (v128) two; a root until the next evaluation. Fails with
  /// ErrorKind::trap when there is no memory for an object.
  Result<GlobalCell> evaluate(const Expression& expression);

  /// For element segments: the function that the expression is `ref.func` of, without making the
  /// reference; false if it is no such expression.
  [[nodiscard]] bool is_function(const Expression& expression, uint32_t& function);

 private:
  void visit_roots(gc::Heap& heap) override;
  Status apply(const Instruction& instruction);
  template <Opcode opcode>
  Status apply(const Instruction& instruction);
  Status make_object(const Instruction& instruction);  // const_objects.cpp
  Status call(BuiltinFunction builtin, size_t operand_slots, uint32_t first, uint32_t second);
  void push(Slot slot, bool is_object = false) {
    stack_.push_back(slot);
    is_object_.push_back(is_object);
  }
  void pop(size_t slots);

  Instance& instance_;
  Features features_;
  InstructionReader reader_;
  Vector<Slot> stack_;
  Vector<bool> is_object_;  ///< by slot
};

}  // namespace zwasm
