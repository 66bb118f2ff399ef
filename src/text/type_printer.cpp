#include "text/type_printer.hpp"

#include "base/error.hpp"

namespace zwasm::text {
namespace {

/// Whether a use of the type repeats its parameters and results. A module may use a type of a
/// thousand parameters in every instruction: its text is to grow no faster than the module.
bool is_short(const FuncType& type) { return type.params.size() + type.results.size() <= 20; }

}  // namespace

void TypePrinter::heap_type(std::string& out, HeapType type) const {
  if (type.is_abstract()) {
    out += to_string(type);
  } else {
    identifiers_.append_reference(out, NameKind::type, raw(type.index()));
  }
}

void TypePrinter::ref_type(std::string& out, ValType type) const {
  out += type.nullable() ? "(ref null " : "(ref ";
  heap_type(out, type.heap());
  out += ')';
}

void TypePrinter::val_type(std::string& out, ValType type) const {
  if (type.is_ref() && type.heap().is_index()) {
    ref_type(out, type);
  } else {
    out += to_string(type);
  }
}

void TypePrinter::field_type(std::string& out, const FieldType& type) const {
  if (type.is_mutable) out += "(mut ";
  switch (type.packed) {
    case FieldType::Packed::none: val_type(out, type.type); break;
    case FieldType::Packed::i8: out += "i8"; break;
    case FieldType::Packed::i16: out += "i16"; break;
  }
  if (type.is_mutable) out += ')';
}

void TypePrinter::results(std::string& out, std::span<const ValType> types) const {
  if (types.empty()) return;
  out += " (result";
  for (ValType type : types) {
    out += ' ';
    val_type(out, type);
  }
  out += ')';
}

void TypePrinter::func_type(std::string& out, const FuncType& type) const {
  if (!type.params.empty()) {
    out += " (param";
    for (ValType param : type.params) {
      out += ' ';
      val_type(out, param);
    }
    out += ')';
  }
  results(out, type.results);
}

const FuncType* TypePrinter::find_func_type(TypeIndex index) const {
  if (raw(index) >= module_.types.size()) return nullptr;
  const TypeDefinition& type = module_.types[raw(index)];
  return type.kind == CompositeKind::func ? &type.func : nullptr;
}

void TypePrinter::type_use(std::string& out, TypeIndex type) const {
  out += " (type ";
  identifiers_.append_reference(out, NameKind::type, raw(type));
  out += ')';
  const FuncType* function = find_func_type(type);
  if (function != nullptr && is_short(*function)) func_type(out, *function);
}

void TypePrinter::type_use(std::string& out, TypeIndex type, FuncIndex function) const {
  out += " (type ";
  identifiers_.append_reference(out, NameKind::type, raw(type));
  out += ')';
  const FuncType* signature = find_func_type(type);
  if (signature == nullptr) return;
  const auto count = static_cast<uint32_t>(signature->params.size());
  if (is_short(*signature) ||
      identifiers_.any_inner_below(NameKind::local, raw(function), count)) {
    locals(out, "param", signature->params, function, 0);
    results(out, signature->results);
  }
}

void TypePrinter::locals(std::string& out, const char* word, std::span<const ValType> types,
                         FuncIndex function, uint32_t first) const {
  bool open = false;
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string_view name =
        identifiers_.inner(NameKind::local, raw(function), first + static_cast<uint32_t>(i));
    if (open && !name.empty()) {
      out += ')';
      open = false;
    }
    if (!open) {
      out += " (";
      out += word;
      open = true;
    }
    out += ' ';
    if (!name.empty()) {
      append_id(out, name);
      out += ' ';
    }
    val_type(out, types[i]);
    if (!name.empty()) {
      out += ')';
      open = false;
    }
  }
  if (open) out += ')';
}

void TypePrinter::limits(std::string& out, const Limits& limits, AddressType address) const {
  out += address == AddressType::i64 ? " i64 " : " ";
  out += std::to_string(limits.min);
  if (limits.has_max) {
    out += ' ';
    out += std::to_string(limits.max);
  }
}

void TypePrinter::memory_type(std::string& out, const MemoryType& type) const {
  limits(out, type.limits, type.address);
  if (type.shared) out += " shared";
  if (type.page_size_log2 != 16) {
    out += " (pagesize " + std::to_string(uint64_t{1} << type.page_size_log2) + ')';
  }
}

void TypePrinter::table_type(std::string& out, const TableType& type) const {
  limits(out, type.limits, type.address);
  out += ' ';
  val_type(out, type.element);
}

void TypePrinter::global_type(std::string& out, const GlobalType& type) const {
  out += type.is_mutable ? " (mut " : " ";
  val_type(out, type.type);
  if (type.is_mutable) out += ')';
}

void TypePrinter::definition(std::string& out, uint32_t index) const {
  const TypeDefinition& type = module_.types[index];
  out += "(type";
  identifiers_.append_binding(out, NameKind::type, index);
  const bool is_sub = !type.is_final || type.has_supertype;
  if (is_sub) {
    out += type.is_final ? " (sub final" : " (sub";
    if (type.has_supertype) {
      out += ' ';
      identifiers_.append_reference(out, NameKind::type, raw(type.supertype));
    }
  }
  switch (type.kind) {
    case CompositeKind::func:
      out += " (func";
      func_type(out, type.func);
      break;
    case CompositeKind::struct_:
      out += " (struct";
      for (size_t i = 0; i < type.fields.size(); ++i) {
        out += " (field ";
        const std::string_view name =
            identifiers_.inner(NameKind::field, index, static_cast<uint32_t>(i));
        if (!name.empty()) {
          append_id(out, name);
          out += ' ';
        }
        field_type(out, type.fields[i]);
        out += ')';
      }
      break;
    case CompositeKind::array:
      out += " (array ";
      field_type(out, type.fields[0]);
      break;
  }
  out += is_sub ? ")))" : "))";
}

}  // namespace zwasm::text
