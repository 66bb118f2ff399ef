// Typing of control instructions: blocks, branches, calls and exceptions.
#include <algorithm>

#include "validate/function_validator.hpp"
#include "wasm/limits.hpp"

namespace zwasm {

bool FunctionValidator::resolve(const BlockType& block_type, const FuncType*& type,
                                ValType& value) {
  type = nullptr;
  value = valtype::bottom;
  switch (block_type.kind) {
    case BlockType::Kind::empty: return true;
    case BlockType::Kind::value: value = block_type.value; return exists(value);
    case BlockType::Kind::index: type = function_type(raw(block_type.index)); break;
  }
  if (type == nullptr) return false;
  // The common form, for which the loop has short ways.
  if (type->params.empty() && type->results.size() <= 1) {
    if (!type->results.empty()) value = type->results[0];
    type = nullptr;
  }
  return true;
}

bool FunctionValidator::open_block(const BlockType& block_type, bool condition) {
  const FuncType* type;
  ValType value;
  if (!resolve(block_type, type, value)) return false;
  if (condition && !pop(valtype::i32)) return false;
  const Types params = type != nullptr ? Types(type->params) : Types();
  if (!pop(params)) return false;
  push_frame(instruction_.opcode, type, value);
  push(params);
  return frames_.size() <= limits::max_control_depth || fail("too many nested blocks");
}

bool FunctionValidator::block() {
  return open_block(instruction_.block_type, instruction_.opcode == Opcode::if_);
}

// Checks the end of a block's instructions: exactly its results are left.
bool FunctionValidator::close_frame() {
  const Types results = frames_.back().results();
  if (!pop(results)) return false;
  return top_ == base_ || mismatch_block(results);
}

// Begins the part of a block after `else`, `catch` or `catch_all`, without operands.
bool FunctionValidator::next_section(Opcode opcode) {
  if (!close_frame()) return false;
  ControlFrame& frame = frames_.back();
  frame.opcode = opcode;
  frame.unreachable = false;
  restore_initialized(frame.initialized);
  return true;
}

bool FunctionValidator::else_() {
  if (frames_.back().opcode != Opcode::if_) return fail_malformed("END opcode expected");
  if (!next_section(Opcode::else_)) return false;
  push(frames_.back().params());
  return true;
}

bool FunctionValidator::end() {
  if (frames_.back().opcode == Opcode::if_) {
    // Without `else` the parameters pass through.
    if (!next_section(Opcode::else_)) return false;
    push(frames_.back().params());
  }
  if (!close_frame()) return false;
  const ControlFrame frame = frames_.back();
  restore_initialized(frame.initialized);
  frames_.pop_back();
  if (frames_.empty()) {
    return reader_.at_end() || fail_malformed("END opcode expected");
  }
  base_ = stack_ + frames_.back().height;
  push(frame.results());
  return true;
}

bool FunctionValidator::catch_() {
  const Opcode previous = frames_.back().opcode;
  if (previous != Opcode::try_ && previous != Opcode::catch_) {
    return fail_malformed("END opcode expected");
  }
  if (!next_section(instruction_.opcode)) return false;
  if (instruction_.opcode == Opcode::catch_all) return true;
  const FuncType* tag = tag_type(instruction_.index);
  if (tag == nullptr) return false;
  push(tag->params);
  return true;
}

bool FunctionValidator::delegate() {
  if (frames_.back().opcode != Opcode::try_) return fail_malformed("END opcode expected");
  // The label counts from outside of the block.
  if (instruction_.index >= frames_.size() - 1) return unknown("label", instruction_.index);
  return end();
}

bool FunctionValidator::rethrow() {
  const ControlFrame* target = label(instruction_.index);
  if (target == nullptr) return false;
  if (target->opcode != Opcode::catch_ && target->opcode != Opcode::catch_all) {
    return fail("invalid rethrow label");
  }
  set_unreachable();
  return true;
}

bool FunctionValidator::try_table() {
  constexpr ValType exception = ValType::ref(AbstractHeapType::exn, false);
  Vector<ValType> thrown(allocator_);
  for (uint32_t i = 0; i < instruction_.try_table.count; ++i) {
    const CatchClause& clause = instruction_.try_table.clauses[i];
    thrown.clear();
    if (clause.kind == CatchClause::Kind::catch_ || clause.kind == CatchClause::Kind::catch_ref) {
      const FuncType* tag = tag_type(raw(clause.tag));
      if (tag == nullptr) return false;
      thrown.append(tag->params);
    }
    if (clause.kind == CatchClause::Kind::catch_ref ||
        clause.kind == CatchClause::Kind::catch_all_ref) {
      thrown.push_back(exception);
    }
    const ControlFrame* target = label(clause.label);
    if (target == nullptr) return false;
    const Types types = target->label_types();
    const bool matches = std::ranges::equal(
        thrown, types, [&](ValType a, ValType b) { return context_.matches(a, b); });
    if (!matches) return mismatch_label(thrown.span(), types);
  }
  return open_block(instruction_.try_table.block_type, false);
}

bool FunctionValidator::branch() {
  const ControlFrame* target = label(instruction_.index);
  if (target == nullptr || !pop(target->label_types())) return false;
  set_unreachable();
  return true;
}

bool FunctionValidator::branch_if() {
  const ControlFrame* target = label(instruction_.index);
  if (target == nullptr || !pop(valtype::i32)) return false;
  const Types types = target->label_types();
  if (!pop(types)) return false;
  push(types);
  return true;
}

bool FunctionValidator::branch_table() {
  if (!pop(valtype::i32)) return false;
  const uint32_t* targets = instruction_.label_table.targets;
  const uint32_t count = instruction_.label_table.count;
  const ControlFrame* target = label(targets[count]);
  if (target == nullptr) return false;
  const Types types = target->label_types();
  const ControlFrame* checked = nullptr;
  for (uint32_t i = 0; i <= count; ++i) {
    const ControlFrame* other = label(targets[i]);
    if (other == nullptr) return false;
    if (other == checked) continue;
    const Types other_types = other->label_types();
    if (other_types.size() != types.size()) return mismatch_label(types, other_types);
    if (!match_operands(other_types)) return false;
    checked = other;
  }
  set_unreachable();
  return true;
}

bool FunctionValidator::return_() {
  if (!pop(frames_.front().results())) return false;
  set_unreachable();
  return true;
}

bool FunctionValidator::apply_call(const FuncType& type, bool tail) {
  if (tail) {
    const Types expected = frames_.front().results();
    const bool matches = std::ranges::equal(
        type.results, expected, [&](ValType a, ValType b) { return context_.matches(a, b); });
    if (!matches) return mismatch_label(type.results, expected);
  }
  if (!pop(type.params)) return false;
  if (tail) {
    set_unreachable();
  } else {
    push(type.results);
  }
  return true;
}

bool FunctionValidator::call_function() {
  if (instruction_.index >= module_.functions.size()) {
    return unknown("function", instruction_.index);
  }
  return apply_call(module_.func_type(FuncIndex{instruction_.index}),
                    instruction_.opcode == Opcode::return_call);
}

bool FunctionValidator::call_indirect() {
  const TableType* table = table_type(instruction_.pair.second);
  if (table == nullptr) return false;
  const FuncType* type = function_type(instruction_.pair.first);
  if (type == nullptr) return false;
  if (!context_.matches(table->element, valtype::funcref)) {
    return mismatch_types("table element type", table->element, "instruction's type",
                          valtype::funcref);
  }
  return pop(to_valtype(table->address)) &&
         apply_call(*type, instruction_.opcode == Opcode::return_call_indirect);
}

bool FunctionValidator::call_reference() {
  const FuncType* type = function_type(instruction_.index);
  return type != nullptr &&
         pop(ValType::ref(HeapType(TypeIndex{instruction_.index}), true)) &&
         apply_call(*type, instruction_.opcode == Opcode::return_call_ref);
}

bool FunctionValidator::throw_() {
  const FuncType* tag = tag_type(instruction_.index);
  if (tag == nullptr || !pop(tag->params)) return false;
  set_unreachable();
  return true;
}

bool FunctionValidator::throw_ref() {
  if (!pop(valtype::exnref)) return false;
  set_unreachable();
  return true;
}

bool FunctionValidator::drop() {
  ValType type;
  return pop_any(type);
}

bool FunctionValidator::select() {
  if (!pop(valtype::i32)) return false;
  ValType type = top_ != base_ ? top_[-1] : valtype::bottom;
  // The second operand is known if only the first comes from unreachable code.
  if (type.is_bottom() && top_ - base_ >= 2) type = top_[-2];
  if (type.is_ref()) {
    return fail("type mismatch: instruction requires numeric or vector type but stack has %s",
                to_string(type).c_str());
  }
  if (!pop({type, type})) return false;
  push(type);
  return true;
}

bool FunctionValidator::select_typed() {
  if (instruction_.select_types.count != 1) {
    return fail("invalid result arity other than 1 is not (yet) allowed");
  }
  const ValType type = instruction_.select_types.types[0];
  if (!exists(type) || !pop({type, type, valtype::i32})) return false;
  push(type);
  return true;
}

}  // namespace zwasm
