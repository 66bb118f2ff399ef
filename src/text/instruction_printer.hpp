// Instructions in the text format.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "binary/branch_hints.hpp"
#include "binary/instruction_reader.hpp"
#include "text/identifiers.hpp"
#include "text/name_table.hpp"
#include "text/type_printer.hpp"

namespace zwasm::text {

class InstructionPrinter {
 public:
  /// `hints` in ascending order of offsets.
  InstructionPrinter(const Module& module, const Identifiers& identifiers,
                     std::span<const BranchHint> hints)
      : identifiers_(identifiers), types_(module, identifiers), hints_(hints) {}

  /// The body of a function, one instruction a line, each line preceded by a newline.
  Status body(std::string& out, FuncIndex function, const Expression& expression);

  /// A constant expression: "(i32.const 0)" if it is a single instruction, otherwise its
  /// instructions in a row, as "(word ...)" if there is a word.
  Status constant(std::string& out, const Expression& expression, const char* word);

 private:
  /// Mnemonic and immediates.
  void instruction(std::string& out, const Instruction& instruction);
  void block_type(std::string& out, const BlockType& type);
  void memarg(std::string& out, const Instruction& instruction);
  void reference(std::string& out, NameKind kind, uint32_t index);
  /// Destination and source, left out if both are 0.
  void pair_of(std::string& out, NameKind kind, const Instruction& instruction);
  /// What is copied to (left out if 0) and the segment.
  void segment(std::string& out, NameKind target, NameKind segment,
               const Instruction& instruction);
  void label(std::string& out, uint32_t depth);
  void catch_clauses(std::string& out, const Instruction& instruction);
  void push_label();
  void pop_label();
  void hint(std::string& out, const Instruction& instruction);

  const Identifiers& identifiers_;
  TypePrinter types_;
  std::span<const BranchHint> hints_;
  InstructionReader reader_;
  static constexpr uint32_t no_function = ~uint32_t{0};
  uint32_t function_ = no_function;
  uint32_t label_count_ = 0;
  struct Label {
    std::string_view name;  ///< empty: none
    uint32_t shadowed;
  };
  Vector<Label> labels_;
  NameTable label_ids_{system_allocator()};  ///< to positions in labels_
};

}  // namespace zwasm::text
