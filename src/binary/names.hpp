// The `name` custom section (specification, Appendix: Custom Sections).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wasm/module.hpp"

namespace zwasm {

/// Subsections; the values are their ids.
enum class NameKind : uint8_t {
  module = 0,
  function = 1,
  local = 2,
  label = 3,
  type = 4,
  table = 5,
  memory = 6,
  global = 7,
  elem = 8,
  data = 9,
  field = 10,
  tag = 11,
};

/// The names of a module, read from its bytes each time they are asked for: nothing is built or
/// allocated. Whatever is wrong with the section ends the list of names there and is no error.
/// Views point into the module's bytes, which have to outlive it. Safe to use from any thread.
class NameSection {
 public:
  NameSection() = default;  ///< without names
  explicit NameSection(const Module& module);

  /// The name, or an empty view.
  std::string_view module_name() const;
  std::string_view function_name(FuncIndex index) const {
    return name(NameKind::function, raw(index));
  }
  /// Of every kind but module, local, label and field. Time linear in the subsection.
  std::string_view name(NameKind kind, uint32_t index) const;
  /// The name of a local or label (`outer` is the function), or of a field (`outer` is the type).
  std::string_view inner_name(NameKind kind, uint32_t outer, uint32_t index) const;

  /// Calls `visit(index, name)` for each name, in the order of the section.
  template <class Visit>
  void for_each(NameKind kind, Visit visit) const {
    Reader reader{subsection(kind)};
    each_in_map(reader, visit);
  }
  /// Calls `visit(outer, index, name)` for each local, label or field.
  template <class Visit>
  void for_each_inner(NameKind kind, Visit visit) const {
    Reader reader{subsection(kind)};
    uint32_t count, outer;
    if (!reader.u32(count)) return;
    for (uint32_t i = 0; i < count && reader.u32(outer); ++i) {
      const bool whole = each_in_map(reader, [&](uint32_t index, std::string_view name) {
        visit(outer, index, name);
      });
      if (!whole) return;
    }
  }

 private:
  struct Reader {
    std::span<const uint8_t> left;
    bool u32(uint32_t& value);
    bool name(std::string_view& name);
  };

  template <class Visit>
  static bool each_in_map(Reader& reader, Visit&& visit) {
    uint32_t count, index;
    std::string_view name;
    if (!reader.u32(count)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!reader.u32(index) || !reader.name(name)) return false;
      visit(index, name);
    }
    return true;
  }

  std::span<const uint8_t> subsection(NameKind kind) const;

  std::span<const uint8_t> bytes_;
};

/// What messages call a function: its name in the name section, else that of an export, else
/// "module.name" of its import; empty if it has none of them. Time linear in the declarations.
std::string find_function_name(const Module& module, FuncIndex index);
/// The same of a tag.
std::string find_tag_name(const Module& module, TagIndex index);
/// A function with this name (or none: "function[N]"), fit for one line and for a terminal: control
/// characters become \hh.
std::string function_label(std::string_view name, FuncIndex index);

}  // namespace zwasm
