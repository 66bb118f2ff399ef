// Types in the text format, with identifiers.
#pragma once

#include <string>

#include "text/identifiers.hpp"
#include "wasm/module.hpp"

namespace zwasm::text {

class TypePrinter {
 public:
  TypePrinter(const Module& module, const Identifiers& identifiers)
      : module_(module), identifiers_(identifiers) {}

  void heap_type(std::string& out, HeapType type) const;
  void val_type(std::string& out, ValType type) const;
  /// "(ref null? heaptype)", without short forms.
  void ref_type(std::string& out, ValType type) const;
  void field_type(std::string& out, const FieldType& type) const;
  /// " (param i32) (result i32)"
  void func_type(std::string& out, const FuncType& type) const;
  /// " (type $t) (param ...) (result ...)"; only the type if it is none of a function, or a long
  /// one.
  void type_use(std::string& out, TypeIndex type) const;
  /// The same with the names of the parameters of `function`, if only one has a name even of a
  /// long type.
  void type_use(std::string& out, TypeIndex type, FuncIndex function) const;
  /// " (param $x i32)" or " (local $x i32)" for each type, numbered from `first`; those without a
  /// name share one pair of parentheses.
  void locals(std::string& out, const char* word, std::span<const ValType> types,
              FuncIndex function, uint32_t first) const;

  void limits(std::string& out, const Limits& limits, AddressType address) const;
  void memory_type(std::string& out, const MemoryType& type) const;
  void table_type(std::string& out, const TableType& type) const;
  void global_type(std::string& out, const GlobalType& type) const;
  /// "(type $t (;0;) (sub final $u (struct ...)))"
  void definition(std::string& out, uint32_t index) const;

 private:
  void results(std::string& out, std::span<const ValType> types) const;
  const FuncType* find_func_type(TypeIndex index) const;

  const Module& module_;
  const Identifiers& identifiers_;
};

}  // namespace zwasm::text
