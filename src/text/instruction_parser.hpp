// Instruction sequences, flat and folded, to bytes.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "binary/encoder.hpp"
#include "binary/instruction_reader.hpp"
#include "text/name_table.hpp"
#include "text/parse_context.hpp"
#include "wasm/module.hpp"

namespace zwasm::text {

/// A @metadata.code.branch_hint annotation of the current function.
struct HintedBranch {
  uint32_t offset;  ///< of the branch, from the first instruction
  uint8_t value;
};

/// Nesting is kept on a heap-allocated stack, so its depth is no matter of the native one.
class InstructionParser {
 public:
  explicit InstructionParser(ParseContext& context)
      : context_(context),
        cursor_(context.cursor),
        code_(context.allocator),
        scratch_(context.allocator),
        operators_(context.allocator),
        frames_(context.allocator),
        labels_(context.allocator),
        label_ids_(context.allocator),
        targets_(context.allocator),
        clauses_(context.allocator),
        select_types_(context.allocator),
        hints_(context.allocator) {}

  /// The instructions up to a closing parenthesis (which stays) and an `end`, as the body of
  /// `function`. The bytes live in the context's arena.
  Result<Expression> parse_body(uint32_t function);

  /// The same for a constant expression.
  Result<Expression> parse_constant();

  /// "(offset instr*)" or a single folded instruction as a constant expression.
  Result<Expression> parse_offset();

  /// "(item instr*)" or a single folded instruction.
  Result<Expression> parse_item();

  /// Branch hints of the last body.
  std::span<const HintedBranch> hints() const { return hints_; }

  /// True once an instruction has named a data segment.
  bool uses_data() const { return uses_data_; }

 private:
  enum class FrameKind : uint8_t {
    sequence,      ///< up to a parenthesis that the caller opened
    single,        ///< one folded instruction
    flat_block,    ///< block, loop, try_table, up to `end`
    flat_if,
    flat_else,
    flat_try,
    flat_catch,
    flat_catch_all,
    folded_plain,  ///< an operator that waits for its operands
    folded_block,
    folded_if,     ///< conditions, then `(then`, then `(else`
    folded_try,    ///< `(do`, then clauses
    folded_part,   ///< then, else, do, catch: instructions up to the parenthesis
  };
  /// How much of a folded if or try has been seen.
  enum class Phase : uint8_t { start, first, last, complete, delegated };

  struct Frame {
    FrameKind kind = FrameKind::sequence;
    Phase phase = Phase::start;
    int16_t hint = no_hint;       ///< for the operator of folded_plain and folded_if
    uint32_t token = 0;           ///< where it begins
    uint32_t operator_start = 0;  ///< in operators_: the encoded operator that waits
    std::string_view label;       ///< null data: none
  };
  struct Label {
    std::string_view name;
    uint32_t shadowed;  ///< what the name meant outside
  };
  static constexpr int16_t no_hint = -1;
  static constexpr uint32_t no_function = ~uint32_t{0};

  void reset(uint32_t function);
  Expression finish();
  Status run(FrameKind base);
  Status step();
  Status step_flat();
  Status step_flat_end(Keyword keyword);
  Status step_open();
  Status step_open_part(Frame& frame);
  Status step_open_clause(Frame& frame);
  Status step_close();
  Status step_hint();

  Status push_frame(FrameKind kind);
  void push_label(std::string_view name);
  void pop_label();
  /// The id behind else, end, ... must be that of the block.
  Status check_label(const Frame& frame);
  Result<uint32_t> expect_label();

  /// Checks that the feature of an instruction is on, and takes the pending hint for it.
  Result<int16_t> begin_instruction(const Token& mnemonic);
  /// Notes in the trace that what is emitted next comes from here in the source.
  void mark(uint32_t source_offset);
  void emit(const Instruction& instruction, int16_t hint);
  void emit(Opcode opcode);
  /// Encodes into operators_, to be emitted when the operands are done.
  void postpone(const Instruction& instruction);
  void emit_postponed(Frame& frame);

  /// Parses what follows a mnemonic that opens no block.
  Status parse_plain(const Token& mnemonic, Instruction& instruction);
  /// What follows block, loop, if, try, try_table: the block type and, of try_table, the clauses.
  Status parse_block_head(Opcode opcode, Frame& frame, Instruction& instruction);
  Result<BlockType> parse_block_type();
  Status parse_catch_clauses(Instruction& instruction);
  Status parse_memarg(Opcode opcode, Memarg& memarg);
  Status parse_lane(uint8_t& lane);
  Status parse_shuffle(Instruction& instruction);
  Status parse_select(Instruction& instruction);

  ParseContext& context_;
  Cursor& cursor_;
  ByteWriter code_;
  ByteWriter scratch_;
  Vector<uint8_t> operators_;  ///< encoded, of all folded instructions that are open
  Vector<Frame> frames_;
  Vector<Label> labels_;
  NameTable label_ids_;  ///< to positions in labels_
  Vector<uint32_t> targets_;
  Vector<CatchClause> clauses_;
  Vector<ValType> select_types_;
  Vector<HintedBranch> hints_;
  uint32_t function_ = no_function;
  uint32_t first_mark_ = 0;    ///< of the expression, in the trace
  uint32_t source_offset_ = 0; ///< of the last mnemonic
  uint32_t label_count_ = 0;  ///< blocks of the function so far: the label's index in name sections
  int16_t hint_ = no_hint;
  bool uses_data_ = false;
};

}  // namespace zwasm::text
