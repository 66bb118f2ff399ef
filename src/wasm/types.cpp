#include "wasm/types.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace zwasm {
namespace {

const char* abstract_name(AbstractHeapType type) {
  switch (type) {
    case AbstractHeapType::noexn: return "noexn";
    case AbstractHeapType::nofunc: return "nofunc";
    case AbstractHeapType::noextern: return "noextern";
    case AbstractHeapType::none: return "none";
    case AbstractHeapType::func: return "func";
    case AbstractHeapType::extern_: return "extern";
    case AbstractHeapType::any: return "any";
    case AbstractHeapType::eq: return "eq";
    case AbstractHeapType::i31: return "i31";
    case AbstractHeapType::struct_: return "struct";
    case AbstractHeapType::array: return "array";
    case AbstractHeapType::exn: return "exn";
    case AbstractHeapType::bottom: return "bottom";
  }
  return "?";
}

void append_types(std::string& text, std::span<const ValType> types) {
  text += '[';
  for (size_t i = 0; i < types.size(); ++i) {
    if (i != 0) text += ' ';
    text += to_string(types[i]);
  }
  text += ']';
}

}  // namespace

std::string to_string(HeapType type) {
  return type.is_abstract() ? abstract_name(type.abstract()) : format("%u", raw(type.index()));
}

std::string to_string(ValType type) {
  switch (type.kind()) {
    case ValType::Kind::bottom: return "bottom";
    case ValType::Kind::i32: return "i32";
    case ValType::Kind::i64: return "i64";
    case ValType::Kind::f32: return "f32";
    case ValType::Kind::f64: return "f64";
    case ValType::Kind::v128: return "v128";
    case ValType::Kind::ref: break;
  }
  const HeapType heap = type.heap();
  if (type.nullable() && heap.is_abstract()) {
    switch (heap.abstract()) {  // the short forms of the text format
      case AbstractHeapType::none: return "nullref";
      case AbstractHeapType::nofunc: return "nullfuncref";
      case AbstractHeapType::noextern: return "nullexternref";
      case AbstractHeapType::noexn: return "nullexnref";
      case AbstractHeapType::func:
      case AbstractHeapType::extern_:
      case AbstractHeapType::any:
      case AbstractHeapType::eq:
      case AbstractHeapType::i31:
      case AbstractHeapType::struct_:
      case AbstractHeapType::array:
      case AbstractHeapType::exn:
      case AbstractHeapType::bottom: return to_string(heap) + "ref";
    }
  }
  return std::string(type.nullable() ? "(ref null " : "(ref ") + to_string(heap) + ")";
}

bool equal(const FuncType& a, const FuncType& b) {
  return std::ranges::equal(a.params, b.params) && std::ranges::equal(a.results, b.results);
}

std::string to_string(const FuncType& type) {
  std::string text;
  append_types(text, type.params);
  text += " -> ";
  append_types(text, type.results);
  return text;
}

const char* to_string(ExternKind kind) {
  switch (kind) {
    case ExternKind::func: return "func";
    case ExternKind::table: return "table";
    case ExternKind::memory: return "memory";
    case ExternKind::global: return "global";
    case ExternKind::tag: return "tag";
  }
  return "?";
}

}  // namespace zwasm
