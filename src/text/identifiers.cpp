#include "text/identifiers.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "text/name_table.hpp"

namespace zwasm::text {
namespace {

bool is_id_char(char c) {
  return c > ' ' && c < 0x7F && std::string_view("\"(),;[]{}").find(c) == std::string_view::npos;
}

}  // namespace

void append_string(std::string& out, std::string_view bytes, bool is_name) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  if (is_name) {
    append_printable(out, bytes, Quotes::escape);
  } else {
    for (const char c : bytes) {
      const auto byte = static_cast<uint8_t>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20 || byte >= 0x7F) {
        out += '\\';
        out += digits[byte >> 4];
        out += digits[byte & 15];
      } else {
        out += c;
      }
    }
  }
  out += '"';
}

void append_id(std::string& out, std::string_view name) {
  out += '$';
  if (std::ranges::all_of(name, is_id_char)) {
    out += name;
  } else {
    append_string(out, name, /*is_name=*/true);
  }
}

Identifiers::Identifiers(const Module& module, Allocator& allocator)
    : functions_(allocator), types_(allocator), tables_(allocator), memories_(allocator),
      globals_(allocator), elems_(allocator), datas_(allocator), tags_(allocator),
      locals_(allocator), labels_(allocator), fields_(allocator) {
  const NameSection names(module);
  module_name_ = names.module_name();
  if (!is_valid_utf8(module_name_)) module_name_ = {};
  collect(names, NameKind::function, module.functions.size(), functions_);
  collect(names, NameKind::type, module.types.size(), types_);
  collect(names, NameKind::table, module.tables.size(), tables_);
  collect(names, NameKind::memory, module.memories.size(), memories_);
  collect(names, NameKind::global, module.globals.size(), globals_);
  collect(names, NameKind::elem, module.elems.size(), elems_);
  collect(names, NameKind::data, module.datas.size(), datas_);
  collect(names, NameKind::tag, module.tags.size(), tags_);
  collect_inner(names, NameKind::local, locals_);
  collect_inner(names, NameKind::label, labels_);
  collect_inner(names, NameKind::field, fields_);
}

void Identifiers::collect(const NameSection& names, NameKind kind, size_t count,
                          Vector<Entry>& list) {
  NameTable seen(list.allocator());
  names.for_each(kind, [&](uint32_t index, std::string_view name) {
    if (index >= count || !is_valid_utf8(name) || name.empty()) return;
    if (list.empty()) list.resize(count);
    list[index] = {name, seen.set(name, index) == NameTable::none};
  });
}

void Identifiers::collect_inner(const NameSection& names, NameKind kind, Vector<Inner>& list) {
  NameTable seen(list.allocator());
  bool sorted = true;
  names.for_each_inner(kind, [&](uint32_t outer, uint32_t index, std::string_view name) {
    if (name.empty() || !is_valid_utf8(name)) return;
    if (kind != NameKind::label && seen.set(name, index, outer) != NameTable::none) return;
    if (!list.empty()) {
      const Inner& last = list.back();
      sorted = sorted && (last.outer < outer || (last.outer == outer && last.index < index));
    }
    list.push_back({outer, index, name});
  });
  if (!sorted) list.clear();  // malformed
}

const Vector<Identifiers::Entry>* Identifiers::entries(NameKind kind) const {
  switch (kind) {
    case NameKind::function: return &functions_;
    case NameKind::type: return &types_;
    case NameKind::table: return &tables_;
    case NameKind::memory: return &memories_;
    case NameKind::global: return &globals_;
    case NameKind::elem: return &elems_;
    case NameKind::data: return &datas_;
    case NameKind::tag: return &tags_;
    case NameKind::module:
    case NameKind::local:
    case NameKind::label:
    case NameKind::field: break;
  }
  return nullptr;
}

const Vector<Identifiers::Inner>* Identifiers::inners(NameKind kind) const {
  return kind == NameKind::local ? &locals_ : kind == NameKind::label ? &labels_ : &fields_;
}

void Identifiers::append_binding(std::string& out, NameKind kind, uint32_t index) const {
  const Vector<Entry>& list = *entries(kind);
  const Entry entry = index < list.size() ? list[index] : Entry();
  if (entry.is_id) {
    out += ' ';
    append_id(out, entry.name);
  }
  out += format(" (;%u;)", index);
  if (!entry.is_id && !entry.name.empty()) {
    out += " (@name ";
    append_string(out, entry.name, /*is_name=*/true);
    out += ')';
  }
}

void Identifiers::append_reference(std::string& out, NameKind kind, uint32_t index) const {
  const Vector<Entry>& list = *entries(kind);
  if (index < list.size() && list[index].is_id) {
    append_id(out, list[index].name);
  } else {
    out += std::to_string(index);
  }
}

const Identifiers::Inner* Identifiers::first_inner(const Vector<Inner>& list, uint32_t outer,
                                                   uint32_t index) {
  return std::lower_bound(
      list.begin(), list.end(), Inner{outer, index, {}}, [](const Inner& a, const Inner& b) {
        return a.outer < b.outer || (a.outer == b.outer && a.index < b.index);
      });
}

bool Identifiers::any_inner_below(NameKind kind, uint32_t outer, uint32_t count) const {
  const Vector<Inner>& list = *inners(kind);
  const Inner* found = first_inner(list, outer, 0);
  return found != list.end() && found->outer == outer && found->index < count;
}

std::string_view Identifiers::inner(NameKind kind, uint32_t outer, uint32_t index) const {
  const Vector<Inner>& list = *inners(kind);
  const Inner* found = first_inner(list, outer, index);
  const bool matches = found != list.end() && found->outer == outer && found->index == index;
  return matches ? found->name : std::string_view();
}

void Identifiers::append_inner_reference(std::string& out, NameKind kind, uint32_t outer,
                                         uint32_t index) const {
  const std::string_view name = inner(kind, outer, index);
  if (name.empty()) {
    out += std::to_string(index);
  } else {
    append_id(out, name);
  }
}

}  // namespace zwasm::text
