// Matching of externs with import types (specification, Matching: External Types).
#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {
namespace {

/// Limits as matching sees them: `actual.min` is the current size.
bool limits_match(const Limits& actual, const Limits& expected) {
  if (actual.min < expected.min) return false;
  return !expected.has_max || (actual.has_max && actual.max <= expected.max);
}

bool table_matches(const TableType& actual, const TableType& expected) {
  return actual.address == expected.address && actual.element == expected.element &&
         limits_match(actual.limits, expected.limits);
}

bool memory_matches(const MemoryType& actual, const MemoryType& expected) {
  return actual.address == expected.address && actual.shared == expected.shared &&
         actual.page_size_log2 == expected.page_size_log2 &&
         limits_match(actual.limits, expected.limits);
}

bool global_matches(const TypeRegistry& registry, const GlobalType& actual,
                    const GlobalType& expected) {
  if (actual.is_mutable != expected.is_mutable) return false;
  return actual.is_mutable ? actual.type == expected.type
                           : matches(registry, actual.type, expected.type);
}

std::string describe(const Limits& limits) {
  std::string text = format("%llu", static_cast<unsigned long long>(limits.min));
  if (limits.has_max) text += format(" %llu", static_cast<unsigned long long>(limits.max));
  return text;
}

std::string describe(const TableType& type) {
  return std::string(type.address == AddressType::i64 ? "table i64 " : "table ") +
         describe(type.limits) + " " + to_string(type.element);
}

std::string describe(const MemoryType& type) {
  std::string text = std::string(type.address == AddressType::i64 ? "memory i64 " : "memory ") +
                     describe(type.limits);
  if (type.shared) text += " shared";
  if (type.page_size_log2 != 16) text += format(" (pagesize %u)", 1u << type.page_size_log2);
  return text;
}

std::string describe(const GlobalType& type) {
  return type.is_mutable ? "global (mut " + to_string(type.type) + ")"
                         : "global " + to_string(type.type);
}

std::string describe_func(const TypeRegistry& registry, CanonicalType type) {
  return "func " + to_string(registry.definition(type).func);
}

}  // namespace

std::string Store::describe(const Extern& value) const {
  const TypeRegistry& registry = runtime_.types;
  switch (value.kind) {
    case ExternKind::func: return describe_func(registry, CanonicalType{value.func->type});
    case ExternKind::table: return zwasm::describe(value.table->current_type());
    case ExternKind::memory: return zwasm::describe(value.memory->current_type());
    case ExternKind::global: return zwasm::describe(value.global.type);
    case ExternKind::tag:
      return "tag " + to_string(registry.definition(value.tag->type).func);
  }
  return {};
}

Status match_import(const ModuleCode& code, size_t index, const Extern& actual, Store& store) {
  const Module& module = code.module();
  const TypeRegistry& registry = code.registry();
  const std::span<const CanonicalType> ids = code.type_ids();
  const Import& import = module.imports[index];
  bool matching = actual.kind == import.kind;
  std::string expected;
  switch (import.kind) {
    case ExternKind::func: {
      const CanonicalType type = ids[raw(module.functions[import.index].type)];
      matching = matching && registry.is_subtype(CanonicalType{actual.func->type}, type);
      if (!matching) expected = describe_func(registry, type);
      break;
    }
    case ExternKind::table: {
      TableType type = module.tables[import.index].type;
      type.element = canonical(type.element, ids);
      matching = matching && table_matches(actual.table->current_type(), type);
      if (!matching) expected = describe(type);
      break;
    }
    case ExternKind::memory: {
      const MemoryType& type = module.memories[import.index];
      matching = matching && memory_matches(actual.memory->current_type(), type);
      if (!matching) expected = describe(type);
      break;
    }
    case ExternKind::global: {
      GlobalType type = module.globals[import.index].type;
      type.type = canonical(type.type, ids);
      matching = matching && global_matches(registry, actual.global.type, type);
      if (!matching) expected = describe(type);
      break;
    }
    case ExternKind::tag: {
      const CanonicalType type = ids[raw(module.tags[import.index].type)];
      matching = matching && actual.tag->type == type;
      if (!matching) expected = "tag " + to_string(registry.definition(type).func);
      break;
    }
  }
  if (matching) return {};
  return make_error(ErrorKind::unlinkable, import.offset,
                    "incompatible import type for %s %s: expected %s, found %s",
                    quoted(import.module).c_str(), quoted(import.name).c_str(), expected.c_str(),
                    store.describe(actual).c_str());
}

}  // namespace zwasm
