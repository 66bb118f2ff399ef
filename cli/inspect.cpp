// zwasm inspect FILE: what a module declares, and what of the machine it could touch.
#include <cstdio>
#include <set>

#include "base/utf8.hpp"
#include "command.hpp"
#include "engine/engine.hpp"
#include "engine_options.hpp"
#include "report.hpp"
#include "wasi/p1/functions.hpp"

namespace zwasm::cli {
namespace {

/// Names of modules are UTF-8; a name of a file that is not shows its bytes as Latin-1.
std::string json_string(std::string_view text) {
  const bool is_utf8 = is_valid_utf8(text);
  std::string result = "\"";
  while (!text.empty()) {
    const DecodedScalar scalar =
        is_utf8 ? decode_utf8(text) : DecodedScalar{static_cast<unsigned char>(text[0]), 1};
    if (is_unprintable(scalar.value) || (scalar.value >= 0x80 && !is_utf8)) {
      result += format("\\u%04x", scalar.value);
    } else {
      if (text[0] == '"' || text[0] == '\\') result += '\\';
      result += text.substr(0, scalar.length);
    }
    text.remove_prefix(scalar.length);
  }
  return result + "\"";
}

std::string limits_text(const Limits& limits) {
  std::string text = format("%llu", static_cast<unsigned long long>(limits.min));
  if (limits.has_max) text += format(" %llu", static_cast<unsigned long long>(limits.max));
  return text;
}

std::string memory_text(const MemoryType& type) {
  std::string text = type.address == AddressType::i64 ? "i64 " : "";
  text += limits_text(type.limits);
  if (type.shared) text += " shared";
  if (type.page_size_log2 != 16) text += format(" (pagesize %u)", 1u << type.page_size_log2);
  return text;
}

std::string table_text(const TableType& type) {
  return (type.address == AddressType::i64 ? "i64 " : "") + limits_text(type.limits) + " " +
         to_string(type.element);
}

std::string global_text(const GlobalType& type) {
  return type.is_mutable ? "(mut " + to_string(type.type) + ")" : to_string(type.type);
}

std::string type_text(const Module& module, ExternKind kind, uint32_t index) {
  switch (kind) {
    case ExternKind::func: return to_string(module.func_type(FuncIndex{index}));
    case ExternKind::table: return table_text(module.tables[index].type);
    case ExternKind::memory: return memory_text(module.memories[index]);
    case ExternKind::global: return global_text(module.globals[index].type);
    case ExternKind::tag: return to_string(module.types[raw(module.tags[index].type)].func);
  }
  return "";
}

std::string field_text(const FieldType& field) {
  std::string type = field.packed == FieldType::Packed::i8    ? "i8"
                     : field.packed == FieldType::Packed::i16 ? "i16"
                                                              : to_string(field.type);
  return field.is_mutable ? "(mut " + type + ")" : type;
}

/// "func [i32] -> []", "struct {i32 (mut i8)}", "sub 3 array (mut i8)".
std::string definition_text(const TypeDefinition& type) {
  std::string text;
  if (type.has_supertype) {
    text += format("sub %s%u ", type.is_final ? "final " : "", raw(type.supertype));
  } else if (!type.is_final) {
    text += "sub ";
  }
  switch (type.kind) {
    case CompositeKind::func: return text + "func " + to_string(type.func);
    case CompositeKind::array: return text + "array " + field_text(type.fields[0]);
    case CompositeKind::struct_: break;
  }
  text += "struct {";
  for (const FieldType& field : type.fields) {
    text += (text.back() == '{' ? "" : " ") + field_text(field);
  }
  return text + "}";
}

struct Section {
  std::string name;
  uint64_t offset;
  uint64_t size;
};

/// The sections of a valid binary, in order.
std::vector<Section> sections(std::span<const uint8_t> bytes) {
  static constexpr const char* names[] = {"custom", "type",  "import", "function", "table",
                                          "memory", "global", "export", "start",   "element",
                                          "code",   "data",  "data count", "tag"};
  std::vector<Section> result;
  size_t at = 8;
  while (at < bytes.size()) {
    const uint8_t id = bytes[at++];
    uint64_t size = 0;
    for (unsigned shift = 0; at < bytes.size(); shift += 7) {
      const uint8_t byte = bytes[at++];
      size |= uint64_t{byte & 0x7Fu} << shift;
      if ((byte & 0x80) == 0) break;
    }
    result.push_back({id < std::size(names) ? names[id] : "?", at, size});
    at += size;
  }
  return result;
}

class Inspect final : public Command {
 public:
  void declare(Options& options) override {
    features_.declare(options);
    options.add_flag("--json", json_, "For machines");
    options.add_option("FILE", file_, "Module, binary or text; - is standard input").required();
  }

  int execute() override {
    Engine engine(features_.config());
    begin_work("compiling", file_);
    auto compiled = engine.compile_file(file_.c_str());
    if (!compiled.ok()) return report(file_, compiled.error());
    const Module& module = (*compiled)->module();
    std::set<std::string> access;
    for (const Import& import : module.imports) {
      if (const auto* function = wasi::p1::find(import.module, import.name)) {
        access.insert(wasi::p1::access_description(wasi::p1::access_of(*function)));
      }
    }
    if (json_) {
      print_json(module, **compiled, access);
    } else {
      print_text(module, **compiled, access);
    }
    return exit_success;
  }

 private:
  void print_text(const Module& module, const CompiledModule& compiled,
                  const std::set<std::string>& access) const {
    std::printf("%s: %s, %s, %s (%u imported), %s, %s, %s, %s\n", printable(file_).c_str(),
                count_of(compiled.bytes().size(), "byte").c_str(),
                count_of(module.types.size(), "type").c_str(),
                count_of(module.functions.size(), "function").c_str(), module.imported_functions,
                count_of(module.tables.size(), "table").c_str(),
                count_of(module.memories.size(), "memory", "memories").c_str(),
                count_of(module.globals.size(), "global").c_str(),
                count_of(module.tags.size(), "tag").c_str());
    if (!module.types.empty()) std::printf("\ntypes:\n");
    for (size_t i = 0; i < module.types.size(); ++i) {
      std::printf("  %zu: %s\n", i, definition_text(module.types[i]).c_str());
    }
    if (!module.imports.empty()) std::printf("\nimports:\n");
    for (const Import& import : module.imports) {
      std::printf("  %s %s %s %s\n", to_string(import.kind), quoted(import.module).c_str(),
                  quoted(import.name).c_str(),
                  type_text(module, import.kind, import.index).c_str());
    }
    if (!module.exports.empty()) std::printf("\nexports:\n");
    for (const Export& exported : module.exports) {
      std::printf("  %s %s %s\n", to_string(exported.kind), quoted(exported.name).c_str(),
                  type_text(module, exported.kind, exported.index).c_str());
    }
    if (module.memories.size() > module.imported_memories) std::printf("\nmemories:\n");
    for (size_t i = module.imported_memories; i < module.memories.size(); ++i) {
      std::printf("  %zu: %s\n", i, memory_text(module.memories[i]).c_str());
    }
    if (module.tables.size() > module.imported_tables) std::printf("\ntables:\n");
    for (size_t i = module.imported_tables; i < module.tables.size(); ++i) {
      std::printf("  %zu: %s\n", i, table_text(module.tables[i].type).c_str());
    }
    if (module.globals.size() > module.imported_globals) std::printf("\nglobals:\n");
    for (size_t i = module.imported_globals; i < module.globals.size(); ++i) {
      std::printf("  %zu: %s\n", i, global_text(module.globals[i].type).c_str());
    }
    if (module.tags.size() > module.imported_tags) std::printf("\ntags:\n");
    for (size_t i = module.imported_tags; i < module.tags.size(); ++i) {
      std::printf("  %zu: %s\n", i,
                  type_text(module, ExternKind::tag, static_cast<uint32_t>(i)).c_str());
    }
    if (module.has_start) {
      const std::string name = compiled.display_name(raw(module.start));
      std::printf("\nstart: function %u%s%s\n", raw(module.start), name.empty() ? "" : " ",
                  name.empty() ? "" : quoted(name).c_str());
    }
    std::printf("\nsections:\n");
    size_t custom = 0;
    for (const Section& section : sections(compiled.bytes())) {
      std::string name = section.name;
      if (name == "custom" && custom < module.customs.size()) {
        name += " " + quoted(module.customs[custom++].name);
      }
      std::printf("  %-28s at 0x%06llx, %s\n", name.c_str(),
                  static_cast<unsigned long long>(section.offset),
                  count_of(section.size, "byte").c_str());
    }
    std::printf("\ncould touch through WASI, if it is granted:%s\n",
                access.empty() ? " nothing" : "");
    for (const std::string& what : access) std::printf("  %s\n", what.c_str());
  }

  void print_json(const Module& module, const CompiledModule& compiled,
                  const std::set<std::string>& access) const {
    std::printf("{\"file\": %s, \"bytes\": %zu, \"functions\": %zu, \"types\": [",
                json_string(file_).c_str(), compiled.bytes().size(), module.functions.size());
    const char* separator = "";
    for (const TypeDefinition& type : module.types) {
      std::printf("%s%s", separator, json_string(definition_text(type)).c_str());
      separator = ", ";
    }
    std::printf("], \"imports\": [");
    separator = "";
    for (const Import& import : module.imports) {
      std::printf("%s{\"kind\": \"%s\", \"module\": %s, \"name\": %s, \"type\": %s}", separator,
                  to_string(import.kind), json_string(import.module).c_str(),
                  json_string(import.name).c_str(),
                  json_string(type_text(module, import.kind, import.index)).c_str());
      separator = ", ";
    }
    std::printf("], \"exports\": [");
    separator = "";
    for (const Export& exported : module.exports) {
      std::printf("%s{\"kind\": \"%s\", \"name\": %s, \"type\": %s}", separator,
                  to_string(exported.kind), json_string(exported.name).c_str(),
                  json_string(type_text(module, exported.kind, exported.index)).c_str());
      separator = ", ";
    }
    std::printf("], \"memories\": [");
    separator = "";
    for (const MemoryType& type : module.memories) {
      std::printf("%s%s", separator, json_string(memory_text(type)).c_str());
      separator = ", ";
    }
    std::printf("], \"tables\": [");
    separator = "";
    for (const Table& table : module.tables) {
      std::printf("%s%s", separator, json_string(table_text(table.type)).c_str());
      separator = ", ";
    }
    std::printf("], \"globals\": [");
    separator = "";
    for (const Global& global : module.globals) {
      std::printf("%s%s", separator, json_string(global_text(global.type)).c_str());
      separator = ", ";
    }
    std::printf("], \"tags\": [");
    separator = "";
    for (uint32_t i = 0; i < module.tags.size(); ++i) {
      std::printf("%s%s", separator, json_string(type_text(module, ExternKind::tag, i)).c_str());
      separator = ", ";
    }
    std::printf("], ");
    if (module.has_start) std::printf("\"start\": %u, ", raw(module.start));
    std::printf("\"sections\": [");
    separator = "";
    size_t custom = 0;
    for (const Section& section : sections(compiled.bytes())) {
      std::string name = "\"" + section.name + "\"";
      if (section.name == "custom" && custom < module.customs.size()) {
        name += ", \"custom\": " + json_string(module.customs[custom++].name);
      }
      std::printf("%s{\"name\": %s, \"offset\": %llu, \"size\": %llu}", separator, name.c_str(),
                  static_cast<unsigned long long>(section.offset),
                  static_cast<unsigned long long>(section.size));
      separator = ", ";
    }
    std::printf("], \"could_touch\": [");
    separator = "";
    for (const std::string& what : access) {
      std::printf("%s%s", separator, json_string(what).c_str());
      separator = ", ";
    }
    std::printf("]}\n");
  }

  FeatureOptions features_;
  bool json_ = false;
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> make_inspect() { return std::make_unique<Inspect>(); }

}  // namespace zwasm::cli
