#include "runtime/value.hpp"

#include "base/error.hpp"

namespace zwasm {

std::string to_string(const Value& value) {
  std::string text = to_string(value.type()) + " ";
  switch (value.type().kind()) {
    case ValType::Kind::i32: return text + format("%d", static_cast<int32_t>(value.i32()));
    case ValType::Kind::i64: return text + format("%lld", static_cast<long long>(value.i64()));
    case ValType::Kind::f32: return text + format("%.9g", static_cast<double>(value.f32()));
    case ValType::Kind::f64: return text + format("%.17g", value.f64());
    case ValType::Kind::v128:
      return text + format("0x%016llx%016llx", static_cast<unsigned long long>(value.high()),
                           static_cast<unsigned long long>(value.low()));
    case ValType::Kind::ref:
      if (value.is_null()) return text + "null";
      if (is_host_reference(value.low())) {
        return text + format("%llu", static_cast<unsigned long long>(value.externref()));
      }
      break;
    case ValType::Kind::bottom: break;
  }
  text.pop_back();
  return text;
}

}  // namespace zwasm
