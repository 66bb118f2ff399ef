#include "ir/fold.hpp"

namespace zwasm {
namespace {

constexpr bool is_nan_i32(Slot) { return false; }
constexpr bool is_nan_i64(Slot) { return false; }
constexpr bool is_nan_f32(Slot bits) { return (bits & 0x7FFFFFFF) > 0x7F800000; }
constexpr bool is_nan_f64(Slot bits) {
  return (bits & 0x7FFFFFFFFFFFFFFF) > 0x7FF0000000000000;
}

template <auto function, bool (*is_nan)(Slot)>
std::optional<Slot> apply(Slot a, Slot b) {
  const SlotOrTrap result = OnSlots<function>::call(a, b);
  if (result.trap != TrapKind::none || is_nan(result.value)) return std::nullopt;
  return result.value;
}

}  // namespace

std::optional<Slot> fold(Opcode opcode, Slot a, Slot b) {
  switch (static_cast<uint32_t>(opcode)) {
#define FOLD(name, type)                   \
  case static_cast<uint32_t>(Opcode::name): \
    return apply<&semantics::name, is_nan_##type>(a, b);
#define INT_TEST(code, name, text, type, feature) FOLD(name, i32)
#define INT_COMPARE(code, name, text, type, feature) FOLD(name, i32)
#define FLOAT_COMPARE(code, name, text, type, feature) FOLD(name, i32)
#define INT_UNARY(code, name, text, type, feature) FOLD(name, type)
#define INT_BINARY(code, name, text, type, feature) FOLD(name, type)
#define INT_DIVIDE(code, name, text, type, feature) FOLD(name, type)
#define FLOAT_UNARY(code, name, text, type, feature) FOLD(name, type)
#define FLOAT_BINARY(code, name, text, type, feature) FOLD(name, type)
#define CONVERT(code, name, text, to, from, feature) FOLD(name, to)
#include "wasm/opcodes.def"
  }
  return std::nullopt;
}

}  // namespace zwasm
