#include "text/module_parser.hpp"

#include <algorithm>
#include <bit>

#include "base/utf8.hpp"
#include "binary/encoder.hpp"
#include "text/name_section.hpp"
#include "wasm/limits.hpp"

namespace zwasm::text {
namespace {

/// Sections in the order of the binary format.
struct SectionRow {
  std::string_view word;  ///< in (before ...) and (after ...)
  uint8_t id;
};
constexpr SectionRow section_order[] = {
    {"first", 0}, {"type", 1},    {"import", 2}, {"func", 3},  {"table", 4},
    {"memory", 5}, {"tag", 13},   {"global", 6}, {"export", 7}, {"start", 8},
    {"elem", 9},  {"datacount", 12}, {"code", 10}, {"data", 11},
};
constexpr uint8_t last_place = std::size(section_order) - 1;
constexpr uint8_t before_code = 11;
static_assert(section_order[before_code].word == "datacount");
static_assert(section_order[last_place].word == "data");

}  // namespace

ModuleParser::ModuleParser(const TokenList& tokens, const Features& features, Allocator& allocator,
                           SourceTrace* trace)
    : context_(tokens, features, allocator), cursor_(context_.cursor), instructions_(context_),
      allocator_(allocator), imports_(allocator), functions_(allocator), tables_(allocator),
      memories_(allocator), globals_(allocator), tags_(allocator), exports_(allocator),
      codes_(allocator), elems_(allocator), datas_(allocator), customs_(allocator),
      branch_hints_(allocator), module_(allocator) {
  context_.trace = trace;
}

Result<Vector<uint8_t>> ModuleParser::run() {
  const bool wrapped = cursor_.accept_open(Keyword::module);
  if (wrapped) {
    if (cursor_.at(TokenKind::id)) module_name_ = cursor_.id_name(cursor_.take());
    if (cursor_.accept(Keyword::binary)) {
      const std::span<const uint8_t> bytes = ZWASM_TRY(cursor_.expect_strings());
      ZWASM_CHECK(cursor_.expect_close());
      ZWASM_CHECK(cursor_.expect_end());
      Vector<uint8_t> copy(allocator_);
      copy.append(bytes);
      return copy;
    }
    const std::string_view annotated = ZWASM_TRY(context_.accept_name_annotation("module"));
    if (annotated.data() != nullptr) module_name_ = annotated;
  }
  first_field_ = cursor_.position();
  ZWASM_CHECK(declare_fields());
  if (wrapped) ZWASM_CHECK(cursor_.expect_close());
  ZWASM_CHECK(cursor_.expect_end());
  cursor_.move_to(first_field_);
  ZWASM_CHECK(parse_types());
  cursor_.move_to(first_field_);
  ZWASM_CHECK(parse_fields());
  return encode();
}

// First pass -------------------------------------------------------------------------------------

Status ModuleParser::declare_fields() {
  for (;;) {
    if (cursor_.at_annotation(Keyword::custom_annotation)) {
      cursor_.move_to(cursor_.peek().extent + 1);
      continue;
    }
    if (cursor_.at_annotation(Keyword::branch_hint_annotation)) {
      return cursor_.error(cursor_.peek(),
                           "@metadata.code.branch_hint annotation: not in a function");
    }
    if (!cursor_.at(TokenKind::left_paren)) return {};
    const uint32_t next = cursor_.peek().extent + 1;
    ZWASM_CHECK(declare_field());
    cursor_.move_to(next);
  }
}

Status ModuleParser::declare_field() {
  const Token& token = cursor_.peek(1);
  if (token.kind != TokenKind::keyword) return cursor_.unexpected(token);
  const uint32_t end = cursor_.peek().extent;
  const Keyword keyword = token.keyword;
  cursor_.move_to(cursor_.position() + 2);
  if (keyword == Keyword::type) {
    return context_.bind(context_.types, context_.types.count++);
  }
  if (keyword == Keyword::rec) {
    while (cursor_.position() < end && cursor_.at_open(Keyword::type)) {
      const uint32_t next = cursor_.peek().extent + 1;
      cursor_.move_to(cursor_.position() + 2);
      ZWASM_CHECK(context_.bind(context_.types, context_.types.count++));
      cursor_.move_to(next);
    }
    return {};
  }
  if (keyword == Keyword::import_) return declare_import();
  if (keyword == Keyword::elem) return context_.bind(context_.elems, context_.elems.count++);
  if (keyword == Keyword::data) return context_.bind(context_.datas, context_.datas.count++);
  if (keyword == Keyword::export_ || keyword == Keyword::start) return {};
  IndexSpace* space = space_of(keyword);
  if (space == nullptr) return cursor_.unexpected(token);
  ZWASM_CHECK(context_.bind(*space, space->count++));
  skip_exports();
  if (cursor_.at_open(Keyword::import_)) return note_import(cursor_.peek());
  if (defined_before_import_ == nullptr) defined_before_import_ = space->unknown;
  // A segment within the field takes the next number of its space.
  if (keyword == Keyword::table || keyword == Keyword::memory) {
    while (cursor_.position() < end) {
      if (keyword == Keyword::table && cursor_.at_open(Keyword::elem)) ++context_.elems.count;
      if (keyword == Keyword::memory && cursor_.at_open(Keyword::data)) ++context_.datas.count;
      const Token& child = cursor_.peek();
      const bool nested =
          child.kind == TokenKind::left_paren || child.kind == TokenKind::annotation;
      cursor_.move_to(nested ? child.extent + 1 : cursor_.position() + 1);
    }
  }
  return {};
}

Status ModuleParser::declare_import() {
  ZWASM_CHECK(note_import(cursor_.peek()));
  for (int i = 0; i < 2; ++i) {
    if (!cursor_.at(TokenKind::string)) return cursor_.unexpected();
    cursor_.take();
  }
  if (!cursor_.at(TokenKind::left_paren)) return cursor_.unexpected();
  const Token& kind = cursor_.peek(1);
  IndexSpace* space = kind.kind == TokenKind::keyword ? space_of(kind.keyword) : nullptr;
  if (space == nullptr) return cursor_.unexpected(kind);
  cursor_.move_to(cursor_.position() + 2);
  return context_.bind(*space, space->count++);
}

Status ModuleParser::note_import(const Token& token) {
  if (defined_before_import_ == nullptr) return {};
  return cursor_.error(token, "import after %s", defined_before_import_);
}

IndexSpace* ModuleParser::space_of(Keyword keyword) {
  if (keyword == Keyword::func) return &context_.functions;
  if (keyword == Keyword::table) return &context_.tables;
  if (keyword == Keyword::memory) return &context_.memories;
  if (keyword == Keyword::global) return &context_.globals;
  if (keyword == Keyword::tag) return &context_.tags;
  return nullptr;
}

void ModuleParser::skip_exports() {
  while (cursor_.at_open(Keyword::export_)) cursor_.move_to(cursor_.peek().extent + 1);
}

// Second pass ------------------------------------------------------------------------------------

Status ModuleParser::parse_types() {
  while (!cursor_.at(TokenKind::right_paren) && !cursor_.at(TokenKind::end)) {
    const uint32_t next = cursor_.peek().extent + 1;
    if (cursor_.at_open(Keyword::type) || cursor_.at_open(Keyword::rec)) {
      ZWASM_CHECK(context_.parse_type_field());
    }
    cursor_.move_to(next);
  }
  return {};
}

Status ModuleParser::parse_fields() {
  while (!cursor_.at(TokenKind::right_paren) && !cursor_.at(TokenKind::end)) {
    ZWASM_CHECK(parse_field());
  }
  return {};
}

Status ModuleParser::parse_field() {
  if (cursor_.at_annotation(Keyword::custom_annotation)) return parse_custom();
  if (cursor_.at_open(Keyword::type) || cursor_.at_open(Keyword::rec)) {
    cursor_.move_to(cursor_.peek().extent + 1);
    return {};
  }
  field_offset_ = cursor_.offset();
  const Keyword keyword = cursor_.peek(1).keyword;  // a field, as the first pass has seen
  if (keyword == Keyword::tag && !context_.features.has(Feature::exceptions)) {
    return cursor_.error(cursor_.peek(1), "unknown operator tag (feature exceptions is disabled)");
  }
  cursor_.move_to(cursor_.position() + 2);
  if (keyword == Keyword::func) {
    ZWASM_CHECK(parse_func());
  } else if (keyword == Keyword::import_) {
    ZWASM_CHECK(parse_import());
  } else if (keyword == Keyword::table) {
    ZWASM_CHECK(parse_table());
  } else if (keyword == Keyword::memory) {
    ZWASM_CHECK(parse_memory());
  } else if (keyword == Keyword::global) {
    ZWASM_CHECK(parse_global());
  } else if (keyword == Keyword::tag) {
    ZWASM_CHECK(parse_tag());
  } else if (keyword == Keyword::export_) {
    ZWASM_CHECK(parse_export());
  } else if (keyword == Keyword::start) {
    ZWASM_CHECK(parse_start());
  } else if (keyword == Keyword::elem) {
    ZWASM_CHECK(parse_elem());
  } else {
    ZWASM_CHECK(parse_data());
  }
  return cursor_.expect_close();
}

void ModuleParser::add_import(std::string_view module, std::string_view name, ExternKind kind,
                              uint32_t index) {
  Import import;
  import.module = module;
  import.name = name;
  import.kind = kind;
  import.index = index;
  import.offset = field_offset_;
  imports_.push_back(import);
  switch (kind) {
    case ExternKind::func: ++module_.imported_functions; break;
    case ExternKind::table: ++module_.imported_tables; break;
    case ExternKind::memory: ++module_.imported_memories; break;
    case ExternKind::global: ++module_.imported_globals; break;
    case ExternKind::tag: ++module_.imported_tags; break;
  }
}

Status ModuleParser::parse_import() {
  const std::string_view module = ZWASM_TRY(cursor_.expect_name());
  const std::string_view name = ZWASM_TRY(cursor_.expect_name());
  const Keyword kind = cursor_.peek(1).keyword;
  cursor_.move_to(cursor_.position() + 2);
  context_.skip_binding();
  if (kind == Keyword::func) {
    const auto index = static_cast<uint32_t>(functions_.size());
    const TypeUse use = ZWASM_TRY(context_.parse_type_use(ParamIds::bound, index));
    functions_.push_back({ZWASM_TRY(context_.resolve(use))});
    add_import(module, name, ExternKind::func, index);
  } else if (kind == Keyword::table) {
    add_import(module, name, ExternKind::table, static_cast<uint32_t>(tables_.size()));
    Table table;
    table.offset = field_offset_;
    table.type = ZWASM_TRY(parse_table_type());
    tables_.push_back(table);
  } else if (kind == Keyword::memory) {
    add_import(module, name, ExternKind::memory, static_cast<uint32_t>(memories_.size()));
    memories_.push_back(ZWASM_TRY(parse_memory_type()));
    memories_.back().offset = field_offset_;
  } else if (kind == Keyword::global) {
    add_import(module, name, ExternKind::global, static_cast<uint32_t>(globals_.size()));
    Global global;
    global.type = ZWASM_TRY(parse_global_type());
    globals_.push_back(global);
  } else {
    add_import(module, name, ExternKind::tag, static_cast<uint32_t>(tags_.size()));
    tags_.push_back({ZWASM_TRY(context_.parse_and_resolve_type_use()), field_offset_});
  }
  return cursor_.expect_close();
}

Status ModuleParser::parse_inline_exports(ExternKind kind, uint32_t index) {
  while (cursor_.at_open(Keyword::export_)) {
    Export entry;
    entry.offset = cursor_.offset();
    cursor_.move_to(cursor_.position() + 2);
    entry.name = ZWASM_TRY(cursor_.expect_name());
    entry.kind = kind;
    entry.index = index;
    exports_.push_back(entry);
    ZWASM_CHECK(cursor_.expect_close());
  }
  return {};
}

Result<ModuleParser::InlineImport> ModuleParser::parse_inline_import() {
  InlineImport import;
  if (!cursor_.accept_open(Keyword::import_)) return import;
  import.present = true;
  import.module = ZWASM_TRY(cursor_.expect_name());
  import.name = ZWASM_TRY(cursor_.expect_name());
  ZWASM_CHECK(cursor_.expect_close());
  return import;
}

Status ModuleParser::parse_func() {
  const auto index = static_cast<uint32_t>(functions_.size());
  context_.skip_binding();
  ZWASM_CHECK(parse_inline_exports(ExternKind::func, index));
  const InlineImport import = ZWASM_TRY(parse_inline_import());
  const TypeUse use = ZWASM_TRY(context_.parse_type_use(ParamIds::bound, index));
  const TypeIndex type = ZWASM_TRY(context_.resolve(use));
  functions_.push_back({type});
  if (import.present) {
    add_import(import.module, import.name, ExternKind::func, index);
    return {};
  }
  return parse_func_body(use, type, index);
}

Status ModuleParser::parse_func_body(const TypeUse& use, TypeIndex type, uint32_t index) {
  auto local = static_cast<uint32_t>(use.params.size());
  if (!use.has_inline && raw(type) < context_.definitions.size()) {
    local = static_cast<uint32_t>(context_.definitions[raw(type)].func.params.size());
  }
  Code code;
  code.entry_offset = field_offset_;
  Vector<LocalRun> runs(allocator_);
  const auto add_local = [&](ValType local_type) {
    if (runs.empty() || !(runs.back().type == local_type)) runs.push_back({0, local_type});
    ++runs.back().count;
    ++local;
    ++code.local_count;
  };
  while (cursor_.accept_open(Keyword::local)) {
    if (cursor_.at(TokenKind::id)) {
      ZWASM_CHECK(context_.bind_local(cursor_.take(), index, local));
      add_local(ZWASM_TRY(context_.parse_val_type()));
    } else {
      while (!cursor_.at(TokenKind::right_paren)) add_local(ZWASM_TRY(context_.parse_val_type()));
    }
    ZWASM_CHECK(cursor_.expect_close());
  }
  const std::span<LocalRun> copy = context_.arena.make_array<LocalRun>(runs.size());
  std::ranges::copy(runs, copy.begin());
  code.locals = copy;
  code.body = ZWASM_TRY(instructions_.parse_body(index));
  codes_.push_back(code);
  if (!instructions_.hints().empty()) {
    // Hints count from the declaration of the locals.
    ByteWriter locals(allocator_);
    locals.u32(static_cast<uint32_t>(code.locals.size()));
    for (const LocalRun& run : code.locals) {
      locals.u32(run.count);
      locals.value_type(run.type);
    }
    ++hinted_functions_;
    branch_hints_.u32(index);
    branch_hints_.u32(static_cast<uint32_t>(instructions_.hints().size()));
    for (const HintedBranch& hint : instructions_.hints()) {
      branch_hints_.u32(static_cast<uint32_t>(locals.size()) + hint.offset);
      branch_hints_.u32(1);
      branch_hints_.u8(hint.value);
    }
  }
  return {};
}

AddressType ModuleParser::parse_address_type() {
  if (cursor_.accept(Keyword::i64)) return AddressType::i64;
  cursor_.accept(Keyword::i32);
  return AddressType::i32;
}

Result<Limits> ModuleParser::parse_limits() {
  // With 64-bit addresses in the language, too much for 32 bits is for validation to find.
  const unsigned bits = context_.features.has(Feature::memory64) ? 64 : 32;
  Limits limits;
  limits.min = ZWASM_TRY(cursor_.expect_nat(bits));
  if (cursor_.at(TokenKind::nat)) {
    limits.has_max = true;
    limits.max = ZWASM_TRY(cursor_.expect_nat(bits));
  }
  return limits;
}

Result<TableType> ModuleParser::parse_table_type() {
  TableType type;
  type.address = parse_address_type();
  type.limits = ZWASM_TRY(parse_limits());
  type.element = ZWASM_TRY(context_.parse_ref_type());
  return type;
}

Status ModuleParser::parse_table() {
  const auto index = static_cast<uint32_t>(tables_.size());
  context_.skip_binding();
  ZWASM_CHECK(parse_inline_exports(ExternKind::table, index));
  const InlineImport import = ZWASM_TRY(parse_inline_import());
  Table table;
  table.offset = field_offset_;
  if (import.present) {
    add_import(import.module, import.name, ExternKind::table, index);
    table.type = ZWASM_TRY(parse_table_type());
    tables_.push_back(table);
    return {};
  }
  const uint32_t start = cursor_.position();
  table.type.address = parse_address_type();
  if (context_.at_ref_type()) {
    ZWASM_CHECK(parse_table_elements(table, index));
  } else {
    cursor_.move_to(start);
    table.type = ZWASM_TRY(parse_table_type());
    if (!cursor_.at(TokenKind::right_paren)) {
      table.has_init = true;
      table.init = ZWASM_TRY(instructions_.parse_constant());
    }
  }
  tables_.push_back(table);
  return {};
}

Status ModuleParser::parse_table_elements(Table& table, uint32_t index) {
  table.type.element = ZWASM_TRY(context_.parse_ref_type());
  ZWASM_CHECK(cursor_.expect_open(Keyword::elem));
  ElemSegment segment;
  segment.position = field_offset_;
  segment.mode = SegmentMode::active;
  segment.table = TableIndex{index};
  segment.type = table.type.element;
  if (cursor_.at_index()) {
    ZWASM_CHECK(parse_function_elements(segment));
    const ValType func = ValType::ref(AbstractHeapType::func, false);
    if (!(segment.type == valtype::funcref) && !(segment.type == func)) {
      // The short form would be a segment of another type.
      segment.uses_expressions = true;
      const std::span<Expression> expressions =
          context_.arena.make_array<Expression>(segment.functions.size());
      for (size_t i = 0; i < expressions.size(); ++i) {
        Instruction instruction;
        instruction.opcode = Opcode::ref_func;
        instruction.index = raw(segment.functions[i]);
        expressions[i] = encode_constant(instruction);
      }
      segment.expressions = expressions;
      segment.functions = {};
    }
  } else {
    ZWASM_CHECK(parse_expression_elements(segment));
  }
  ZWASM_CHECK(cursor_.expect_close());
  table.type.limits.min = table.type.limits.max = segment.size();
  table.type.limits.has_max = true;
  // After the elements: they reset the instruction parser's buffer.
  segment.offset = constant_zero(table.type.address);
  elems_.push_back(segment);
  return {};
}

Result<MemoryType> ModuleParser::parse_memory_type() {
  MemoryType type;
  type.address = parse_address_type();
  type.limits = ZWASM_TRY(parse_limits());
  type.shared = cursor_.accept(Keyword::shared);
  ZWASM_CHECK(parse_page_size(type));
  return type;
}

Status ModuleParser::parse_page_size(MemoryType& type) {
  if (!cursor_.accept_open(Keyword::pagesize)) return {};
  const Token& token = cursor_.peek();
  const uint32_t size = ZWASM_TRY(cursor_.expect_u32());
  if (!std::has_single_bit(size)) return cursor_.error(token, "invalid custom page size");
  type.page_size_log2 = static_cast<uint8_t>(std::countr_zero(size));
  return cursor_.expect_close();
}

Status ModuleParser::parse_memory() {
  const auto index = static_cast<uint32_t>(memories_.size());
  context_.skip_binding();
  ZWASM_CHECK(parse_inline_exports(ExternKind::memory, index));
  const InlineImport import = ZWASM_TRY(parse_inline_import());
  MemoryType type;
  const uint32_t start = cursor_.position();
  if (import.present) add_import(import.module, import.name, ExternKind::memory, index);
  type.address = parse_address_type();
  if (!import.present &&
      (cursor_.at_open(Keyword::pagesize) || cursor_.at_open(Keyword::data))) {
    ZWASM_CHECK(parse_memory_data(type, index));
  } else {
    cursor_.move_to(start);
    type = ZWASM_TRY(parse_memory_type());
  }
  type.offset = field_offset_;
  memories_.push_back(type);
  return {};
}

Status ModuleParser::parse_memory_data(MemoryType& type, uint32_t index) {
  ZWASM_CHECK(parse_page_size(type));
  ZWASM_CHECK(cursor_.expect_open(Keyword::data));
  DataSegment segment;
  segment.position = field_offset_;
  segment.mode = SegmentMode::active;
  segment.memory = MemoryIndex{index};
  segment.bytes = ZWASM_TRY(cursor_.expect_strings());
  ZWASM_CHECK(cursor_.expect_close());
  segment.offset = constant_zero(type.address);
  datas_.push_back(segment);
  const uint64_t page_size = uint64_t{1} << type.page_size_log2;
  type.limits.min = type.limits.max = (segment.bytes.size() + page_size - 1) / page_size;
  type.limits.has_max = true;
  return {};
}

Result<GlobalType> ModuleParser::parse_global_type() {
  GlobalType type;
  type.is_mutable = cursor_.accept_open(Keyword::mut);
  type.type = ZWASM_TRY(context_.parse_val_type());
  if (type.is_mutable) ZWASM_CHECK(cursor_.expect_close());
  return type;
}

Status ModuleParser::parse_global() {
  const auto index = static_cast<uint32_t>(globals_.size());
  context_.skip_binding();
  ZWASM_CHECK(parse_inline_exports(ExternKind::global, index));
  const InlineImport import = ZWASM_TRY(parse_inline_import());
  Global global;
  global.type = ZWASM_TRY(parse_global_type());
  if (import.present) {
    add_import(import.module, import.name, ExternKind::global, index);
  } else {
    global.init = ZWASM_TRY(instructions_.parse_constant());
  }
  globals_.push_back(global);
  return {};
}

Status ModuleParser::parse_tag() {
  const auto index = static_cast<uint32_t>(tags_.size());
  context_.skip_binding();
  ZWASM_CHECK(parse_inline_exports(ExternKind::tag, index));
  const InlineImport import = ZWASM_TRY(parse_inline_import());
  tags_.push_back({ZWASM_TRY(context_.parse_and_resolve_type_use()), field_offset_});
  if (import.present) add_import(import.module, import.name, ExternKind::tag, index);
  return {};
}

Status ModuleParser::parse_export() {
  Export entry;
  entry.offset = field_offset_;
  entry.name = ZWASM_TRY(cursor_.expect_name());
  if (!cursor_.at(TokenKind::left_paren)) return cursor_.unexpected();
  const Token& kind = cursor_.peek(1);
  IndexSpace* space = kind.kind == TokenKind::keyword ? space_of(kind.keyword) : nullptr;
  if (space == nullptr) return cursor_.unexpected(kind);
  entry.kind = kind.keyword == Keyword::func     ? ExternKind::func
               : kind.keyword == Keyword::table  ? ExternKind::table
               : kind.keyword == Keyword::memory ? ExternKind::memory
               : kind.keyword == Keyword::global ? ExternKind::global
                                                 : ExternKind::tag;
  cursor_.move_to(cursor_.position() + 2);
  entry.index = ZWASM_TRY(context_.expect_index(*space));
  exports_.push_back(entry);
  return cursor_.expect_close();
}

Status ModuleParser::parse_start() {
  if (module_.has_start) return cursor_.error(cursor_.peek(), "multiple start sections");
  module_.has_start = true;
  module_.start_offset = field_offset_;
  module_.start = FuncIndex{ZWASM_TRY(context_.expect_index(context_.functions))};
  return {};
}

Expression ModuleParser::encode_constant(const Instruction& instruction) {
  ByteWriter code(allocator_);
  encode_instruction(instruction, code);
  Instruction end;
  end.opcode = Opcode::end;
  encode_instruction(end, code);
  const std::span<const uint8_t> bytes = code.bytes();
  const std::string_view copy =
      context_.arena.copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  Expression expression;
  expression.bytes =
      std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(copy.data()), copy.size());
  if (SourceTrace* trace = context_.trace) {
    expression.offset = static_cast<uint32_t>(trace->marks.size());
    trace->marks.push_back({0, field_offset_});
  }
  return expression;
}

Expression ModuleParser::constant_zero(AddressType address) {
  Instruction instruction;  // its payload is zero
  instruction.opcode = address == AddressType::i64 ? Opcode::i64_const : Opcode::i32_const;
  return encode_constant(instruction);
}

Status ModuleParser::parse_function_elements(ElemSegment& segment) {
  Vector<FuncIndex> list(allocator_);
  while (!cursor_.at(TokenKind::right_paren)) {
    list.push_back(FuncIndex{ZWASM_TRY(context_.expect_index(context_.functions))});
  }
  const std::span<FuncIndex> copy = context_.arena.make_array<FuncIndex>(list.size());
  std::ranges::copy(list, copy.begin());
  segment.functions = copy;
  return {};
}

Status ModuleParser::parse_expression_elements(ElemSegment& segment) {
  Vector<Expression> list(allocator_);
  while (!cursor_.at(TokenKind::right_paren)) {
    list.push_back(ZWASM_TRY(instructions_.parse_item()));
  }
  const std::span<Expression> copy = context_.arena.make_array<Expression>(list.size());
  std::ranges::copy(list, copy.begin());
  segment.uses_expressions = true;
  segment.expressions = copy;
  return {};
}

Status ModuleParser::parse_elem() {
  context_.skip_binding();
  ElemSegment segment;
  segment.position = field_offset_;
  bool func_optional = false;
  if (cursor_.accept(Keyword::declare)) {
    segment.mode = SegmentMode::declarative;
  } else if (cursor_.at_index() ||
             (cursor_.at(TokenKind::left_paren) && !cursor_.at_open(Keyword::ref))) {
    segment.mode = SegmentMode::active;
    func_optional = true;
    if (cursor_.accept_open(Keyword::table)) {
      segment.flags = 2;  // the form that names the table, also where it could be left out
      segment.table = TableIndex{ZWASM_TRY(context_.expect_index(context_.tables))};
      ZWASM_CHECK(cursor_.expect_close());
    } else if (cursor_.at_index()) {
      segment.table = TableIndex{ZWASM_TRY(context_.expect_index(context_.tables))};
    }
    segment.offset = ZWASM_TRY(instructions_.parse_offset());
  }
  ZWASM_CHECK(parse_elem_list(segment, func_optional));
  elems_.push_back(segment);
  return {};
}

Status ModuleParser::parse_elem_list(ElemSegment& segment, bool func_optional) {
  if (context_.at_ref_type()) {
    segment.type = ZWASM_TRY(context_.parse_ref_type());
    return parse_expression_elements(segment);
  }
  if (!cursor_.accept(Keyword::func) && !func_optional) return cursor_.unexpected();
  return parse_function_elements(segment);
}

Status ModuleParser::parse_data() {
  context_.skip_binding();
  DataSegment segment;
  segment.position = field_offset_;
  if (cursor_.at(TokenKind::left_paren) || cursor_.at_index()) {
    segment.mode = SegmentMode::active;
    if (cursor_.accept_open(Keyword::memory)) {
      segment.flags = 2;
      segment.memory = MemoryIndex{ZWASM_TRY(context_.expect_index(context_.memories))};
      ZWASM_CHECK(cursor_.expect_close());
    } else if (cursor_.at_index()) {
      segment.memory = MemoryIndex{ZWASM_TRY(context_.expect_index(context_.memories))};
    }
    segment.offset = ZWASM_TRY(instructions_.parse_offset());
  }
  segment.bytes = ZWASM_TRY(cursor_.expect_strings());
  datas_.push_back(segment);
  return {};
}

// Custom sections --------------------------------------------------------------------------------

Status ModuleParser::parse_custom() {
  const Token& token = cursor_.take();
  if (!cursor_.at(TokenKind::string)) {
    return cursor_.error(token, "@custom annotation: missing section name");
  }
  const std::span<const uint8_t> name = ZWASM_TRY(cursor_.expect_bytes());
  Placed placed;
  placed.section.name = {reinterpret_cast<const char*>(name.data()), name.size()};
  if (!is_valid_utf8(placed.section.name)) {
    return cursor_.error(token, "@custom annotation: malformed UTF-8 encoding");
  }
  placed.gap = last_place * 2;
  if (cursor_.at(TokenKind::left_paren)) placed.gap = ZWASM_TRY(parse_placement());
  placed.section.bytes = ZWASM_TRY(cursor_.expect_strings());
  if (!cursor_.accept_close()) {
    return cursor_.error(cursor_.peek(), "@custom annotation: unexpected token");
  }
  customs_.push_back(placed);
  return {};
}

Result<uint8_t> ModuleParser::parse_placement() {
  const Token& open = cursor_.take();
  const auto word = [&]() -> std::string_view {
    const bool is_word = cursor_.at(TokenKind::keyword) || cursor_.at(TokenKind::reserved);
    return is_word ? cursor_.text(cursor_.take()) : std::string_view();
  };
  const std::string_view direction = word();
  const bool before = direction == "before";
  if (!before && direction != "after") {
    return cursor_.error(open, "@custom annotation: malformed placement");
  }
  const std::string_view section = word();
  uint8_t gap = 0;
  bool found = false;
  for (uint8_t place = 0; place <= last_place; ++place) {
    if (section_order[place].word != section || (place == 0 && !before)) continue;
    found = true;
    gap = static_cast<uint8_t>(before && place != 0 ? place * 2 - 1 : place * 2);
  }
  if (!before && section == "last") {
    found = true;
    gap = last_place * 2;
  }
  if (!found) return cursor_.error(open, "@custom annotation: malformed section kind");
  if (!cursor_.accept_close()) {
    return cursor_.error(cursor_.peek(), "@custom annotation: unexpected token");
  }
  return gap;
}

void ModuleParser::add_branch_hints(Vector<Placed>& placed) {
  if (hinted_functions_ == 0) return;
  ByteWriter section(allocator_);
  section.u32(hinted_functions_);
  section.raw(branch_hints_.bytes());
  const std::span<const uint8_t> bytes = section.bytes();
  const std::string_view copy =
      context_.arena.copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  Placed entry;
  entry.section.name = "metadata.code.branch_hint";
  entry.section.bytes = {reinterpret_cast<const uint8_t*>(copy.data()), copy.size()};
  entry.gap = before_code * 2 + 1;
  placed.push_back(entry);
}

void ModuleParser::add_names(Vector<Placed>& placed) {
  ByteWriter section(allocator_);
  if (!encode_names(module_name_, context_, section)) return;
  const std::span<const uint8_t> bytes = section.bytes();
  const std::string_view copy =
      context_.arena.copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  Placed entry;
  entry.section.name = "name";
  entry.section.bytes = {reinterpret_cast<const uint8_t*>(copy.data()), copy.size()};
  entry.gap = last_place * 2;
  placed.push_back(entry);
}

Result<Vector<uint8_t>> ModuleParser::encode() {
  add_branch_hints(customs_);
  add_names(customs_);
  Vector<CustomSection> customs(allocator_);
  for (uint8_t gap = 0; gap <= last_place * 2; ++gap) {
    for (Placed& placed : customs_) {
      if (placed.gap != gap) continue;
      placed.section.after_section = section_order[gap / 2].id;
      customs.push_back(placed.section);
    }
  }
  module_.types = context_.definitions.span();
  module_.imports = imports_.span();
  module_.functions = functions_.span();
  module_.tables = tables_.span();
  module_.memories = memories_.span();
  module_.globals = globals_.span();
  module_.tags = tags_.span();
  module_.exports = exports_.span();
  module_.codes = codes_.span();
  module_.elems = elems_.span();
  module_.datas = datas_.span();
  module_.customs = customs.span();
  module_.has_data_count = instructions_.uses_data();
  module_.data_count = static_cast<uint32_t>(datas_.size());
  return encode_module(module_, allocator_);
}

}  // namespace zwasm::text
