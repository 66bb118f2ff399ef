#include "runtime/value.hpp"

#include <cmath>
#include <cstdlib>

#include "base/error.hpp"
#include "wasm/type_canon.hpp"

namespace zwasm {
namespace {

std::string print_float(double value, uint64_t bits, unsigned mantissa_bits, unsigned digits) {
  const bool negative = (bits >> (mantissa_bits == 23 ? 31 : 63)) != 0;
  const uint64_t mantissa = bits & ((uint64_t{1} << mantissa_bits) - 1);
  if (value != value) {
    std::string text = negative ? "-nan" : "nan";
    if (mantissa != uint64_t{1} << (mantissa_bits - 1)) {
      text += format(":0x%llx", static_cast<unsigned long long>(mantissa));
    }
    return text;
  }
  if (std::isinf(value)) return negative ? "-inf" : "inf";
  // The shortest decimal that reads back as the same value.
  for (unsigned precision = 1; precision < digits; ++precision) {
    std::string text = format("%.*g", static_cast<int>(precision), value);
    const double back = mantissa_bits == 23
                            ? static_cast<double>(std::strtof(text.c_str(), nullptr))
                            : std::strtod(text.c_str(), nullptr);
    if (back == value) return text;
  }
  return format("%.*g", static_cast<int>(digits), value);
}

}  // namespace

std::string to_text(const Value& value, const TypeRegistry& types) {
  switch (value.type().kind()) {
    case ValType::Kind::i32: return format("%d", static_cast<int32_t>(value.i32()));
    case ValType::Kind::i64: return format("%lld", static_cast<long long>(value.i64()));
    case ValType::Kind::f32:
      return print_float(static_cast<double>(value.f32()), value.i32(), 23, 9);
    case ValType::Kind::f64: return print_float(value.f64(), value.i64(), 52, 17);
    case ValType::Kind::v128:
      return format("0x%016llx%016llx", static_cast<unsigned long long>(value.high()),
                    static_cast<unsigned long long>(value.low()));
    case ValType::Kind::ref:
      if (value.is_null()) return "null";
      if (is_host_reference(value.low())) {
        return format("%llu", static_cast<unsigned long long>(value.externref()));
      }
      if (matches(types, value.type().heap(), AbstractHeapType::func)) return "funcref";
      if (is_i31(value.low())) return format("i31 %d", i31_signed(value.low()));
      switch (gc::object_of(value.low())->kind()) {
        case gc::ObjectKind::struct_: return "structref";
        case gc::ObjectKind::array: return "arrayref";
        case gc::ObjectKind::exception: return "exnref";
      }
      break;
    case ValType::Kind::bottom: break;
  }
  return "?";
}

std::string to_string(const Value& value, const TypeRegistry& types) {
  const std::string text = to_text(value, types);
  const bool names_itself =
      value.type().is_ref() && !value.is_null() && !is_host_reference(value.low());
  return names_itself ? text : to_string(value.type()) + " " + text;
}

}  // namespace zwasm
