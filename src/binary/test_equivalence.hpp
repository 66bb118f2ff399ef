// Comparison of modules, for tests and fuzzers.
#pragma once

#include <algorithm>

#include "binary/section_id.hpp"
#include "wasm/module.hpp"

namespace zwasm {

/// The first part in which `b`, made by encoding `a`, does not say the same as `a`, or null.
/// Offsets may differ. Empty sections are not encoded: a custom section behind one comes to be
/// behind an earlier one.
inline const char* difference(const Module& a, const Module& b) {
  const auto same_bytes = [](const Expression& x, const Expression& y) {
    return std::ranges::equal(x.bytes, y.bytes);
  };
  const auto same_limits = [](const Limits& x, const Limits& y) {
    return x.min == y.min && x.has_max == y.has_max && x.max == y.max;
  };
  const auto same_type = [](const TypeDefinition& x, const TypeDefinition& y) {
    return x.kind == y.kind && x.is_final == y.is_final && x.has_supertype == y.has_supertype &&
           x.supertype == y.supertype && x.group_start == y.group_start &&
           x.group_size == y.group_size && equal(x.func, y.func) &&
           std::ranges::equal(x.fields, y.fields);
  };
  const auto same_import = [](const Import& x, const Import& y) {
    return x.module == y.module && x.name == y.name && x.kind == y.kind && x.index == y.index;
  };
  const auto same_func = [](const Func& x, const Func& y) { return x.type == y.type; };
  const auto same_table = [&](const Table& x, const Table& y) {
    return same_limits(x.type.limits, y.type.limits) && x.type.address == y.type.address &&
           x.type.element == y.type.element && x.has_init == y.has_init &&
           same_bytes(x.init, y.init);
  };
  const auto same_memory = [&](const MemoryType& x, const MemoryType& y) {
    return same_limits(x.limits, y.limits) && x.address == y.address && x.shared == y.shared &&
           x.page_size_log2 == y.page_size_log2;
  };
  const auto same_global = [&](const Global& x, const Global& y) {
    return x.type.type == y.type.type && x.type.is_mutable == y.type.is_mutable &&
           same_bytes(x.init, y.init);
  };
  const auto same_tag = [](const TagType& x, const TagType& y) { return x.type == y.type; };
  const auto same_export = [](const Export& x, const Export& y) {
    return x.name == y.name && x.kind == y.kind && x.index == y.index;
  };
  const auto same_locals = [](const LocalRun& x, const LocalRun& y) {
    return x.count == y.count && x.type == y.type;
  };
  const auto same_code = [&](const Code& x, const Code& y) {
    return x.local_count == y.local_count && std::ranges::equal(x.locals, y.locals, same_locals) &&
           same_bytes(x.body, y.body);
  };
  const auto same_elem = [&](const ElemSegment& x, const ElemSegment& y) {
    return x.mode == y.mode && x.table == y.table && x.type == y.type && x.flags == y.flags &&
           x.uses_expressions == y.uses_expressions && same_bytes(x.offset, y.offset) &&
           std::ranges::equal(x.functions, y.functions) &&
           std::ranges::equal(x.expressions, y.expressions, same_bytes);
  };
  const auto same_data = [&](const DataSegment& x, const DataSegment& y) {
    return x.mode == y.mode && x.memory == y.memory && x.flags == y.flags &&
           same_bytes(x.offset, y.offset) && std::ranges::equal(x.bytes, y.bytes);
  };
  const auto order = [](const CustomSection& section) {
    return section_order(static_cast<SectionId>(section.after_section));
  };
  const auto same_custom = [&](const CustomSection& x, const CustomSection& y) {
    return x.name == y.name && order(x) >= order(y) && std::ranges::equal(x.bytes, y.bytes);
  };
  using std::ranges::equal;
  if (!equal(a.types, b.types, same_type)) return "types";
  if (!equal(a.imports, b.imports, same_import)) return "imports";
  if (!equal(a.functions, b.functions, same_func)) return "functions";
  if (!equal(a.tables, b.tables, same_table)) return "tables";
  if (!equal(a.memories, b.memories, same_memory)) return "memories";
  if (!equal(a.globals, b.globals, same_global)) return "globals";
  if (!equal(a.tags, b.tags, same_tag)) return "tags";
  if (!equal(a.exports, b.exports, same_export)) return "exports";
  if (!equal(a.codes, b.codes, same_code)) return "codes";
  if (!equal(a.elems, b.elems, same_elem)) return "elems";
  if (!equal(a.datas, b.datas, same_data)) return "datas";
  if (!equal(a.customs, b.customs, same_custom)) return "customs";
  if (a.has_start != b.has_start || a.start != b.start) return "start";
  if (a.has_data_count != b.has_data_count || a.data_count != b.data_count) return "data count";
  return nullptr;
}

}  // namespace zwasm
