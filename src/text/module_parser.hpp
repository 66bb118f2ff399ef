// Module fields to a Module.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "text/instruction_parser.hpp"
#include "text/parse_context.hpp"
#include "wasm/module.hpp"

namespace zwasm::text {

/// Two passes over the fields: the first one numbers everything and collects identifiers, so that
/// the second can resolve forward references as it translates.
class ModuleParser {
 public:
  /// With a trace, the positions in `module` are offsets in the source, or numbers of marks.
  ModuleParser(const TokenList& tokens, const Features& features, Allocator& allocator,
               SourceTrace* trace = nullptr);

  /// Parses the whole source; the binary form of the module.
  Result<Vector<uint8_t>> run();

  /// What `run` has encoded, without custom sections.
  const Module& module() const { return module_; }

 private:
  struct Placed {
    CustomSection section;
    uint8_t gap;  ///< twice the place of the section before it, plus 1 if it comes before the next
  };

  // First pass
  Status declare_fields();
  Status declare_field();
  Status declare_import();
  Status declare(IndexSpace& space, bool can_be_imported);
  Status note_import(const Token& token);
  IndexSpace* space_of(Keyword keyword);
  void skip_exports();

  // Second pass
  Status parse_types();
  Status parse_fields();
  Status parse_field();
  Status parse_import();
  Status parse_import_description(std::string_view module, std::string_view name);
  Status parse_func();
  Status parse_func_body(const TypeUse& use, TypeIndex type, uint32_t index);
  Status parse_table();
  Status parse_table_elements(Table& table, uint32_t index);
  Status parse_memory();
  Status parse_memory_data(MemoryType& type, uint32_t index);
  Status parse_global();
  Status parse_tag();
  Status parse_export();
  Status parse_start();
  Status parse_elem();
  Status parse_elem_list(ElemSegment& segment, bool func_optional);
  Status parse_data();
  Status parse_custom();
  Result<uint8_t> parse_placement();

  Result<TableType> parse_table_type();
  AddressType parse_address_type();
  Result<Limits> parse_limits();
  Result<MemoryType> parse_memory_type();
  Status parse_page_size(MemoryType& type);
  Result<GlobalType> parse_global_type();
  Status parse_inline_exports(ExternKind kind, uint32_t index);
  struct InlineImport {
    bool present = false;
    std::string_view module, name;
  };
  Result<InlineImport> parse_inline_import();
  void add_import(std::string_view module, std::string_view name, ExternKind kind, uint32_t index);

  /// Elements given as function indices, up to a closing parenthesis.
  Status parse_function_elements(ElemSegment& segment);
  Status parse_expression_elements(ElemSegment& segment);
  Expression constant_zero(AddressType address);
  Expression encode_constant(const Instruction& instruction);

  void add_branch_hints(Vector<Placed>& placed);
  void add_names(Vector<Placed>& placed);
  Result<Vector<uint8_t>> encode();

  ParseContext context_;
  Cursor& cursor_;
  InstructionParser instructions_;
  Allocator& allocator_;
  uint32_t field_offset_ = 0;  ///< of the field that is parsed, in the source
  const char* defined_before_import_ = nullptr;
  std::string_view module_name_;
  uint32_t first_field_ = 0;  ///< token
  uint32_t after_fields_ = 0;

  Vector<Import> imports_;
  Vector<Func> functions_;
  Vector<Table> tables_;
  Vector<MemoryType> memories_;
  Vector<Global> globals_;
  Vector<TagType> tags_;
  Vector<Export> exports_;
  Vector<Code> codes_;
  Vector<ElemSegment> elems_;
  Vector<DataSegment> datas_;
  Vector<Placed> customs_;
  ByteWriter branch_hints_;  ///< entries of functions with hints
  uint32_t hinted_functions_ = 0;
  Module module_;
};

}  // namespace zwasm::text
