// The identifiers of a binary module, from its name section, for the printer.
#pragma once

#include <string>
#include <string_view>

#include "base/vector.hpp"
#include "binary/names.hpp"
#include "wasm/module.hpp"

namespace zwasm::text {

/// Appends a string literal with its quotes. Valid UTF-8 stays readable if `is_name`.
void append_string(std::string& out, std::string_view bytes, bool is_name);

/// Appends "$name", quoted if it has to be.
void append_id(std::string& out, std::string_view name);

/// Which elements have a name that can be their identifier: within its index space (or function,
/// or type) the first element of that name. The module must outlive it.
class Identifiers {
 public:
  explicit Identifiers(const Module& module, Allocator& allocator = system_allocator());

  std::string_view module_name() const { return module_name_; }

  /// Appends " $name (;index;)", with an annotation where the name cannot be the identifier.
  void append_binding(std::string& out, NameKind kind, uint32_t index) const;
  /// Appends "$name" or the index.
  void append_reference(std::string& out, NameKind kind, uint32_t index) const;

  /// The identifier of a local (`outer`: its function), a field (its type) or a label (its
  /// function); empty if there is none. Labels shadow each other, so theirs need not be unique.
  std::string_view inner(NameKind kind, uint32_t outer, uint32_t index) const;
  /// Whether one of the first `count` locals, fields or labels has an identifier.
  bool any_inner_below(NameKind kind, uint32_t outer, uint32_t count) const;
  void append_inner_reference(std::string& out, NameKind kind, uint32_t outer,
                              uint32_t index) const;

 private:
  struct Entry {
    std::string_view name;
    bool is_id = false;
  };
  struct Inner {
    uint32_t outer, index;
    std::string_view name;
  };
  static void collect(const NameSection& names, NameKind kind, size_t count, Vector<Entry>& list);
  static void collect_inner(const NameSection& names, NameKind kind, Vector<Inner>& list);
  const Vector<Entry>* entries(NameKind kind) const;
  const Vector<Inner>* inners(NameKind kind) const;
  /// The first that does not come before that one.
  static const Inner* first_inner(const Vector<Inner>& list, uint32_t outer, uint32_t index);

  std::string_view module_name_;
  Vector<Entry> functions_, types_, tables_, memories_, globals_, elems_, datas_, tags_;
  Vector<Inner> locals_, labels_, fields_;  ///< sorted by outer, then by index
};

}  // namespace zwasm::text
