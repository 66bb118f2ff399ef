#include "values.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cctype>
#include <cstring>
#include <limits>

#include "base/error.hpp"

namespace zwasm::cli {
namespace {

/// An unsigned magnitude in base 10, 16, 8 or 2; nothing on overflow or a stray character.
std::optional<uint64_t> parse_magnitude(std::string_view text) {
  unsigned base = 10;
  if (text.size() > 2 && text[0] == '0') {
    const char letter = text[1];
    if (letter == 'x' || letter == 'X') base = 16;
    if (letter == 'o' || letter == 'O') base = 8;
    if (letter == 'b' || letter == 'B') base = 2;
    if (base != 10) text.remove_prefix(2);
  }
  if (text.empty() || text.front() == '_' || text.back() == '_' ||
      text.find("__") != text.npos) {
    return std::nullopt;
  }
  uint64_t value = 0;
  for (const char c : text) {
    if (c == '_') continue;
    unsigned digit;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A') + 10;
    else return std::nullopt;
    if (digit >= base || value > (UINT64_MAX - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

/// An integer of `bits` bits, signed or unsigned.
std::optional<uint64_t> parse_integer(std::string_view text, unsigned bits) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto magnitude = parse_magnitude(text);
  if (!magnitude) return std::nullopt;
  const uint64_t largest = bits == 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  if (*magnitude > (negative ? uint64_t{1} << (bits - 1) : largest)) return std::nullopt;
  return (negative ? 0 - *magnitude : *magnitude) & largest;
}

template <class Float, class Bits>
std::optional<Bits> parse_float(std::string_view text, unsigned mantissa_bits) {
  const bool negative = text.starts_with('-');
  std::string_view magnitude = text;
  if (negative || text.starts_with('+')) magnitude.remove_prefix(1);
  if (magnitude.starts_with("nan")) {
    Bits payload = Bits{1} << (mantissa_bits - 1);
    if (magnitude.size() > 3) {
      if (!magnitude.starts_with("nan:")) return std::nullopt;
      const auto given = parse_magnitude(magnitude.substr(4));
      if (!given || *given == 0 || *given >> mantissa_bits != 0) return std::nullopt;
      payload = static_cast<Bits>(*given);
    }
    const Bits exponent = std::bit_cast<Bits>(std::numeric_limits<Float>::infinity());
    const Bits sign = negative ? Bits{1} << (sizeof(Bits) * 8 - 1) : Bits{0};
    return sign | exponent | payload;
  }
  if (magnitude.empty() || !(std::isdigit(static_cast<unsigned char>(magnitude[0])) ||
                             magnitude[0] == '.' || magnitude.starts_with("inf"))) {
    return std::nullopt;
  }
  const std::string copy(text);
  char* end = nullptr;
  Float value;
  if constexpr (sizeof(Float) == 4) {
    value = std::strtof(copy.c_str(), &end);
  } else {
    value = std::strtod(copy.c_str(), &end);
  }
  if (end != copy.c_str() + copy.size()) return std::nullopt;
  if (std::isinf(value) && !magnitude.starts_with("inf")) return std::nullopt;  // out of range
  return std::bit_cast<Bits>(value);
}

std::optional<Value> parse_v128(std::string_view text) {
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    if (text.empty() || text.size() > 32 || text.find('_') != text.npos) return std::nullopt;
    const size_t low_digits = text.size() < 16 ? text.size() : 16;
    const auto low = parse_magnitude("0x" + std::string(text.substr(text.size() - low_digits)));
    const std::string_view rest = text.substr(0, text.size() - low_digits);
    const auto high =
        rest.empty() ? std::optional<uint64_t>(0) : parse_magnitude("0x" + std::string(rest));
    if (!low || !high) return std::nullopt;
    return Value::v128(*low, *high);
  }
  struct Shape { const char* name; unsigned lanes; bool is_float; };
  static constexpr Shape shapes[] = {{"i8x16:", 16, false}, {"i16x8:", 8, false},
                                     {"i32x4:", 4, false},  {"i64x2:", 2, false},
                                     {"f32x4:", 4, true},   {"f64x2:", 2, true}};
  for (const Shape& shape : shapes) {
    if (!text.starts_with(shape.name)) continue;
    text.remove_prefix(std::strlen(shape.name));
    const unsigned bits = 128 / shape.lanes;
    uint64_t words[2] = {};
    for (unsigned lane = 0; lane < shape.lanes; ++lane) {
      const size_t colon = text.find(':');
      const bool last = lane + 1 == shape.lanes;
      if ((colon == std::string_view::npos) != last) return std::nullopt;
      const std::string_view item = text.substr(0, colon);
      text.remove_prefix(last ? text.size() : colon + 1);
      std::optional<uint64_t> value;
      if (!shape.is_float) {
        value = parse_integer(item, bits);
      } else if (bits == 32) {
        value = parse_float<float, uint32_t>(item, 23);
      } else {
        value = parse_float<double, uint64_t>(item, 52);
      }
      if (!value) return std::nullopt;
      words[lane * bits / 64] |= *value << (lane * bits % 64);
    }
    return Value::v128(words[0], words[1]);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> parse_value(std::string_view text, ValType type) {
  switch (type.kind()) {
    case ValType::Kind::i32:
      if (const auto bits = parse_integer(text, 32)) {
        return Value::i32(static_cast<uint32_t>(*bits));
      }
      return std::nullopt;
    case ValType::Kind::i64:
      if (const auto bits = parse_integer(text, 64)) return Value::i64(*bits);
      return std::nullopt;
    case ValType::Kind::f32:
      if (const auto bits = parse_float<float, uint32_t>(text, 23)) return Value::f32_bits(*bits);
      return std::nullopt;
    case ValType::Kind::f64:
      if (const auto bits = parse_float<double, uint64_t>(text, 52)) return Value::f64_bits(*bits);
      return std::nullopt;
    case ValType::Kind::v128:
      return parse_v128(text);
    case ValType::Kind::ref:
      if (text == "null" && type.nullable()) return Value::null(type);
      if (type.heap() == HeapType(AbstractHeapType::extern_)) {
        const auto number = parse_integer(text, 64);
        if (number && *number <= max_host_reference) return Value(type, host_reference(*number));
      }
      return std::nullopt;
    case ValType::Kind::bottom:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace zwasm::cli
