#include "text/printer.hpp"

#include "base/error.hpp"
#include "binary/branch_hints.hpp"
#include "binary/section_id.hpp"
#include "text/identifiers.hpp"
#include "text/instruction_printer.hpp"
#include "text/type_printer.hpp"

namespace zwasm {
namespace {

constexpr std::string_view branch_hint_section = "metadata.code.branch_hint";

class ModulePrinter {
 public:
  explicit ModulePrinter(const Module& module)
      : module_(module), hints_(decode_branch_hints(module)), identifiers_(module),
        types_(module, identifiers_),
        instructions_(module, identifiers_,
                      hints_.ok() ? hints_.value().span() : std::span<const BranchHint>()) {}

  Result<std::string> print();
  Result<std::string> print_one(FuncIndex index);

 private:
  void print_types();
  void print_imports();
  Status print_function(FuncIndex index);
  void print_function_head(FuncIndex index);
  Status print_tables();
  void print_memories();
  void print_tags();
  Status print_globals();
  void print_exports();
  Status print_elem(uint32_t index);
  Status print_data(uint32_t index);
  void print_custom(const CustomSection& custom);

  /// Starts a field: "(word $name (;index;)".
  void open(const char* word, NameKind kind, uint32_t index) {
    out_ += "\n  (";
    out_ += word;
    identifiers_.append_binding(out_, kind, index);
  }

  const Module& module_;
  Result<Vector<BranchHint>> hints_;
  text::Identifiers identifiers_;
  text::TypePrinter types_;
  text::InstructionPrinter instructions_;
  std::string out_;
};

NameKind name_kind(ExternKind kind) {
  switch (kind) {
    case ExternKind::func: return NameKind::function;
    case ExternKind::table: return NameKind::table;
    case ExternKind::memory: return NameKind::memory;
    case ExternKind::global: return NameKind::global;
    case ExternKind::tag: return NameKind::tag;
  }
  return NameKind::function;
}

/// The word of a section in (before ...) and (after ...).
const char* placement_word(SectionId id) {
  switch (id) {
    case SectionId::function: return "func";
    case SectionId::element: return "elem";
    case SectionId::data_count: return "datacount";
    case SectionId::custom:
    case SectionId::type:
    case SectionId::import:
    case SectionId::table:
    case SectionId::memory:
    case SectionId::global:
    case SectionId::export_:
    case SectionId::start:
    case SectionId::code:
    case SectionId::data:
    case SectionId::tag: break;
  }
  return section_name(id);
}

Result<std::string> ModulePrinter::print() {
  out_ = "(module";
  if (const std::string_view name = identifiers_.module_name(); !name.empty()) {
    out_ += ' ';
    text::append_id(out_, name);
  }
  for (const CustomSection& custom : module_.customs) print_custom(custom);
  print_types();
  print_imports();
  ZWASM_CHECK(print_tables());
  print_memories();
  print_tags();
  ZWASM_CHECK(print_globals());
  print_exports();
  if (module_.has_start) {
    out_ += "\n  (start ";
    identifiers_.append_reference(out_, NameKind::function, raw(module_.start));
    out_ += ')';
  }
  for (uint32_t i = 0; i < module_.elems.size(); ++i) ZWASM_CHECK(print_elem(i));
  for (auto i = module_.imported_functions; i < module_.functions.size(); ++i) {
    ZWASM_CHECK(print_function(FuncIndex{i}));
  }
  for (uint32_t i = 0; i < module_.datas.size(); ++i) ZWASM_CHECK(print_data(i));
  out_ += out_ == "(module" ? ")\n" : "\n)\n";
  return std::move(out_);
}

Result<std::string> ModulePrinter::print_one(FuncIndex index) {
  if (!module_.is_imported(index)) {
    ZWASM_CHECK(print_function(index));
  } else {
    print_function_head(index);
    out_ += ')';
  }
  out_.erase(0, 1);
  out_ += '\n';
  return std::move(out_);
}

void ModulePrinter::print_types() {
  for (uint32_t i = 0; i < module_.types.size(); ++i) {
    const TypeDefinition& type = module_.types[i];
    const bool grouped = type.group_size > 1;
    if (grouped && type.group_start == i) out_ += "\n  (rec";
    out_ += grouped ? "\n    " : "\n  ";
    types_.definition(out_, i);
    if (grouped && i + 1 == type.group_start + type.group_size) out_ += "\n  )";
  }
}

void ModulePrinter::print_imports() {
  for (const Import& import : module_.imports) {
    out_ += "\n  (import ";
    text::append_string(out_, import.module, /*is_name=*/true);
    out_ += ' ';
    text::append_string(out_, import.name, /*is_name=*/true);
    out_ += " (";
    out_ += to_string(import.kind);
    identifiers_.append_binding(out_, name_kind(import.kind), import.index);
    switch (import.kind) {
      case ExternKind::func:
        types_.type_use(out_, module_.functions[import.index].type, FuncIndex{import.index});
        break;
      case ExternKind::table: types_.table_type(out_, module_.tables[import.index].type); break;
      case ExternKind::memory: types_.memory_type(out_, module_.memories[import.index]); break;
      case ExternKind::global: types_.global_type(out_, module_.globals[import.index].type); break;
      case ExternKind::tag: types_.type_use(out_, module_.tags[import.index].type); break;
    }
    out_ += "))";
  }
}

void ModulePrinter::print_function_head(FuncIndex index) {
  open("func", NameKind::function, raw(index));
  types_.type_use(out_, module_.functions[raw(index)].type, index);
}

Status ModulePrinter::print_function(FuncIndex index) {
  print_function_head(index);
  const Code& code = module_.code(index);
  if (code.local_count != 0) {
    const TypeIndex type = module_.functions[raw(index)].type;
    const bool known = raw(type) < module_.types.size();
    auto local = known ? static_cast<uint32_t>(module_.types[raw(type)].func.params.size()) : 0;
    out_ += "\n   ";
    // Neighbouring runs of one type are one run in the text, and so when it is parsed again.
    Vector<ValType> types;
    const auto print_run = [&] {
      types_.locals(out_, "local", types.span(), index, local);
      local += static_cast<uint32_t>(types.size());
      types.clear();
    };
    for (const LocalRun& run : code.locals) {
      if (run.count == 0) continue;
      if (!types.empty() && types.back() != run.type) print_run();
      for (uint32_t count = run.count; count != 0; --count) types.push_back(run.type);
    }
    print_run();
  }
  const size_t start = out_.size();
  ZWASM_CHECK(instructions_.body(out_, index, code.body));
  out_ += out_.size() == start && code.local_count == 0 ? ")" : "\n  )";
  return {};
}

Status ModulePrinter::print_tables() {
  for (auto i = module_.imported_tables; i < module_.tables.size(); ++i) {
    const Table& table = module_.tables[i];
    open("table", NameKind::table, i);
    types_.table_type(out_, table.type);
    if (table.has_init) {
      out_ += ' ';
      ZWASM_CHECK(instructions_.constant(out_, table.init, nullptr));
    }
    out_ += ')';
  }
  return {};
}

void ModulePrinter::print_memories() {
  for (auto i = module_.imported_memories; i < module_.memories.size(); ++i) {
    open("memory", NameKind::memory, i);
    types_.memory_type(out_, module_.memories[i]);
    out_ += ')';
  }
}

void ModulePrinter::print_tags() {
  for (auto i = module_.imported_tags; i < module_.tags.size(); ++i) {
    open("tag", NameKind::tag, i);
    types_.type_use(out_, module_.tags[i].type);
    out_ += ')';
  }
}

Status ModulePrinter::print_globals() {
  for (auto i = module_.imported_globals; i < module_.globals.size(); ++i) {
    const Global& global = module_.globals[i];
    open("global", NameKind::global, i);
    types_.global_type(out_, global.type);
    out_ += ' ';
    ZWASM_CHECK(instructions_.constant(out_, global.init, nullptr));
    out_ += ')';
  }
  return {};
}

void ModulePrinter::print_exports() {
  for (const Export& entry : module_.exports) {
    out_ += "\n  (export ";
    text::append_string(out_, entry.name, /*is_name=*/true);
    out_ += " (";
    out_ += to_string(entry.kind);
    out_ += ' ';
    identifiers_.append_reference(out_, name_kind(entry.kind), entry.index);
    out_ += "))";
  }
}

Status ModulePrinter::print_elem(uint32_t index) {
  const ElemSegment& segment = module_.elems[index];
  open("elem", NameKind::elem, index);
  if (segment.mode == SegmentMode::declarative) out_ += " declare";
  if (segment.mode == SegmentMode::active) {
    if (raw(segment.table) != 0 || (segment.flags & 2) != 0) {
      out_ += " (table ";
      identifiers_.append_reference(out_, NameKind::table, raw(segment.table));
      out_ += ')';
    }
    out_ += ' ';
    ZWASM_CHECK(instructions_.constant(out_, segment.offset, "offset"));
  }
  out_ += ' ';
  if (segment.uses_expressions) {
    types_.val_type(out_, segment.type);
    for (const Expression& expression : segment.expressions) {
      out_ += ' ';
      ZWASM_CHECK(instructions_.constant(out_, expression, "item"));
    }
  } else {
    out_ += "func";
    for (FuncIndex function : segment.functions) {
      out_ += ' ';
      identifiers_.append_reference(out_, NameKind::function, raw(function));
    }
  }
  out_ += ')';
  return {};
}

Status ModulePrinter::print_data(uint32_t index) {
  const DataSegment& segment = module_.datas[index];
  open("data", NameKind::data, index);
  if (segment.mode == SegmentMode::active) {
    if (raw(segment.memory) != 0 || (segment.flags & 2) != 0) {
      out_ += " (memory ";
      identifiers_.append_reference(out_, NameKind::memory, raw(segment.memory));
      out_ += ')';
    }
    out_ += ' ';
    ZWASM_CHECK(instructions_.constant(out_, segment.offset, "offset"));
  }
  out_ += ' ';
  text::append_string(
      out_, {reinterpret_cast<const char*>(segment.bytes.data()), segment.bytes.size()},
      /*is_name=*/false);
  out_ += ')';
  return {};
}

void ModulePrinter::print_custom(const CustomSection& custom) {
  if (custom.name == "name") return;
  if (custom.name == branch_hint_section && hints_.ok()) return;
  const auto after = static_cast<SectionId>(custom.after_section);
  out_ += "\n  (@custom ";
  text::append_string(out_, custom.name, /*is_name=*/true);
  if (after == SectionId::custom) {
    out_ += " (before first) ";
  } else {
    out_ += " (after ";
    out_ += placement_word(after);
    out_ += ") ";
  }
  text::append_string(out_,
                      {reinterpret_cast<const char*>(custom.bytes.data()), custom.bytes.size()},
                      /*is_name=*/false);
  out_ += ')';
}

}  // namespace

Result<std::string> print_module(const Module& module) { return ModulePrinter(module).print(); }

Result<std::string> print_function(const Module& module, FuncIndex function) {
  return ModulePrinter(module).print_one(function);
}

}  // namespace zwasm
