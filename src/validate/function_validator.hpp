// Validation of instruction sequences (specification, Validation: Instructions, and Appendix:
// Validation Algorithm): one pass over the decoder's records with a stack of operand types and a
// stack of open blocks.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "binary/instruction_reader.hpp"
#include "validate/const_expr.hpp"
#include "validate/module_context.hpp"

namespace zwasm {

/// Validates bodies and constant expressions one after another, and keeps its memory between them.
/// Used by one thread at a time.
class FunctionValidator {
 public:
  /// `context` and `allocator` must outlive the validator.
  FunctionValidator(const ModuleContext& context, Allocator& allocator);
  FunctionValidator(const FunctionValidator&) = delete;
  FunctionValidator& operator=(const FunctionValidator&) = delete;
  ~FunctionValidator();

  /// Validates the body of a function that is not imported.
  Status validate_body(FuncIndex function);

  /// Validates a constant expression of type `type`.
  Status validate_constant(const Expression& expression, ValType type, const ConstantScope& scope);

 private:
  using Types = std::span<const ValType>;

  /// An open block, or the body itself.
  struct ControlFrame {
    const FuncType* type;  ///< parameters and results; null: none, and `value` unless it is bottom
    ValType value;
    uint32_t height;       ///< operands below the block
    uint32_t initialized;  ///< size of `initializations_` at its begin
    Opcode opcode;         ///< that opened it, or the last `else`, `catch` or `catch_all`
    bool unreachable;      ///< its operand stack is polymorphic

    Types params() const { return type != nullptr ? Types(type->params) : Types(); }
    Types results() const {
      if (type != nullptr) return type->results;
      return value.is_bottom() ? Types() : Types(&value, 1);
    }
    Types label_types() const { return opcode == Opcode::loop ? params() : results(); }
  };

  // Instructions push at most this much beyond `limit_` before the height is checked again: the
  // results of a call or the parameters of a block.
  static constexpr size_t stack_slack = 1024;
  // Readable words below the stack, so that two operands can be loaded at any height.
  static constexpr size_t stack_guard = 2;

  void reset();
  bool begin_locals(const FuncType& type, const Code& code);
  bool run();
  bool read(Opcode opcode);
  bool read_any();
  template <bool (FunctionValidator::*method)()>
  bool call(ValType*& top);
  template <bool (FunctionValidator::*method)()>
  bool call_rare(ValType*& top);

  // Before an instruction when the stack is above `limit_`; always for constants.
  bool check_before_instruction();
  bool check_constant_instruction();
  bool check_height();
  bool uses_vectors();

  // Instructions of regular shape off the common path, and operands in general.
  bool regular();
  bool memory_access();
  bool lane_access();
  bool atomic_access();
  bool shuffle();
  bool check_memarg(ValType& address);
  bool apply_signature(ValType address);
  bool check_atomic_alignment();

  // Control instructions (control_instructions.cpp).
  bool block();
  bool open_block(const BlockType& type, bool condition);
  bool resolve(const BlockType& block_type, const FuncType*& type, ValType& value);
  void push_frame(Opcode opcode, const FuncType* type, ValType value);
  bool else_();
  bool end();
  bool close_frame();
  bool next_section(Opcode opcode);
  bool catch_();
  bool delegate();
  bool rethrow();
  bool try_table();
  bool branch();
  bool branch_if();
  bool branch_table();
  bool return_();
  bool call_function();
  bool call_indirect();
  bool call_reference();
  bool apply_call(const FuncType& type, bool tail);
  bool throw_();
  bool throw_ref();
  bool drop();
  bool select();
  bool select_typed();

  // Variables, tables and memories.
  bool local();
  bool global_get();
  bool global_set();
  bool table_instruction();
  bool memory_instruction();
  bool bulk_instruction();

  // References and aggregates (reference_instructions.cpp).
  bool reference_instruction();
  bool branch_on_null();
  bool branch_on_non_null();
  bool cast();
  bool branch_on_cast();
  bool object_instruction();  ///< struct_new to br_on_cast_fail
  bool struct_instruction();
  bool array_instruction();
  bool array_from_segment();
  bool array_copy();

  // Operands. Popping in unreachable code yields bottom when the block's own operands are used up.
  bool match_operands(Types types);
  bool pop(ValType type) { return pop(Types(&type, 1)); }
  bool pop(std::initializer_list<ValType> types) {
    return pop(Types(types.begin(), types.size()));
  }
  bool pop(Types types);
  bool pop_any(ValType& type);
  bool pop_reference(ValType& type);
  /// True if any number of operands of any type could be popped.
  bool is_polymorphic() const { return top_ == base_ && frames_.back().unreachable; }
  void push(ValType type) { *top_++ = type; }
  void push(Types types);
  void set_unreachable();

  // Index spaces; null or false after reporting "unknown ...".
  const FuncType* function_type(uint32_t index);
  const TypeDefinition* type_definition(uint32_t index, CompositeKind kind);
  const TableType* table_type(uint32_t index);
  const MemoryType* memory_type(uint32_t index);
  const ElemSegment* elem_segment(uint32_t index);
  const FuncType* tag_type(uint32_t index);
  bool data_segment(uint32_t index);
  ControlFrame* label(uint32_t depth);
  bool exists(ValType type);
  ValType local_type(uint32_t index) const;

  // Locals without a default value.
  bool is_initialized(uint32_t index) const;
  void set_initialized(uint32_t index);
  void restore_initialized(uint32_t count);

  // Errors (operand_errors.cpp). All return false.
  [[gnu::cold, gnu::noinline, gnu::format(printf, 2, 3)]] bool fail(const char* pattern, ...);
  [[gnu::cold, gnu::noinline]] bool fail_with(Error error);
  [[gnu::cold, gnu::noinline]] bool fail_read();
  [[gnu::cold, gnu::noinline]] bool fail_malformed(const char* message);
  [[gnu::cold, gnu::noinline]] bool unknown(const char* what, uint32_t index);
  [[gnu::cold, gnu::noinline]] bool mismatch_operands(Types required);
  [[gnu::cold, gnu::noinline]] bool mismatch_block(Types required);
  [[gnu::cold, gnu::noinline]] bool mismatch_reference();
  [[gnu::cold, gnu::noinline]] bool mismatch_label(Types provided, Types label);
  [[gnu::cold, gnu::noinline]] bool mismatch_types(const char* sub_name, ValType sub,
                                                   const char* super_name, ValType super);
  std::string top_operands(size_t count) const;
  Status finish(bool ok);

  const ModuleContext& context_;
  const Module& module_;
  Allocator& allocator_;
  InstructionReader reader_;
  Instruction instruction_;

  ValType* stack_;      ///< fixed capacity: the largest frame and the slack
  ValType* top_;        ///< one past the last operand
  ValType* base_;       ///< first operand of the innermost block
  ValType* limit_;      ///< highest `top_` before an instruction without a look at the height
  uint32_t visible_globals_ = 0;  ///< that global.get may name without a further look
  Vector<ControlFrame> frames_;

  Vector<ValType> locals_;       ///< types of the first locals, parameters included
  uint32_t local_count_ = 0;     ///< of all
  uint32_t local_slots_ = 0;
  Types params_;
  std::span<const LocalRun> runs_;
  Vector<uint32_t> run_ends_;    ///< index after each run, if `locals_` does not hold all locals

  bool tracks_initialization_ = false;  ///< some local has no default value
  uint32_t epoch_ = 0;                  ///< of this body
  Vector<uint32_t> initialized_in_;     ///< epoch in which a local was set, else another number
  Vector<uint32_t> initializations_;    ///< locals set, in order

  const Code* code_ = nullptr;
  FuncIndex function_{0};
  const ConstantScope* constant_ = nullptr;  ///< not null while a constant expression is validated
  Error error_;
};

}  // namespace zwasm
