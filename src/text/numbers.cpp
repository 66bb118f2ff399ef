#include "text/numbers.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <limits>

#include "base/error.hpp"

namespace zwasm::text {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Skips digits with single underscores between them; returns how many digits there were, 0 also
/// when an underscore is misplaced.
size_t skip_digits(std::string_view text, size_t& i, bool hex) {
  size_t count = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '_') {
      if (count == 0 || text[i - 1] == '_') return 0;
    } else if (hex ? hex_digit(text[i]) >= 0 : is_digit(text[i])) {
      ++count;
    } else {
      break;
    }
  }
  return count != 0 && text[i - 1] == '_' ? 0 : count;
}

bool starts_hex(std::string_view text) {
  return text.size() > 2 && text[0] == '0' && text[1] == 'x';
}

/// Removes the sign; true for a minus.
bool take_sign(std::string_view& text) {
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  return negative;
}

/// What distinguishes f32 from f64.
template <class Bits>
struct Format;
template <>
struct Format<uint32_t> {
  using Float = float;
  static constexpr int mantissa_bits = 23;
  static constexpr int bias = 127;
};
template <>
struct Format<uint64_t> {
  using Float = double;
  static constexpr int mantissa_bits = 52;
  static constexpr int bias = 1023;
};
template <class Bits>
constexpr Bits sign_bit = Bits{1} << (sizeof(Bits) * 8 - 1);
template <class Bits>
constexpr Bits infinity = static_cast<Bits>((sign_bit<Bits> >> Format<Bits>::mantissa_bits) - 1)
                          << Format<Bits>::mantissa_bits;

/// A decimal exponent as an int, clamped far outside of every format's range.
int parse_exponent(std::string_view text) {
  if (text.empty()) return 0;
  const bool negative = take_sign(text);
  constexpr int limit = 1'000'000'000;
  int value = 0;
  for (char c : text) {
    if (c == '_') continue;
    value = value >= limit / 10 ? limit : value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

/// Rounds significand * 2^exponent, where `sticky` says that nonzero bits were cut off below.
template <class Bits>
bool round_binary(uint64_t significand, bool sticky, int64_t exponent, Bits& bits) {
  using F = Format<Bits>;
  if (significand == 0) {
    bits = 0;
    return true;
  }
  const int shift = std::countl_zero(significand);
  significand <<= shift;
  exponent -= shift;  // the value is significand * 2^exponent with the top bit set
  const int64_t unbiased = exponent + 63;
  // Bits to drop: more for subnormal numbers.
  int64_t drop = 63 - F::mantissa_bits;
  if (unbiased < 1 - F::bias) drop += 1 - F::bias - unbiased;
  Bits rounded;
  if (drop > 64) {
    bits = 0;
    return true;
  }
  const uint64_t kept = drop == 64 ? 0 : significand >> drop;
  const uint64_t half = uint64_t{1} << (drop - 1);
  const uint64_t rest = significand & (half | (half - 1));
  const bool up = rest > half || (rest == half && (sticky || (kept & 1) != 0));
  rounded = static_cast<Bits>(kept + (up ? 1 : 0));
  if (unbiased > F::bias) return false;
  // The implicit bit of a normal number adds one to the exponent field, as does a carry out.
  if (unbiased >= 1 - F::bias) {
    rounded += static_cast<Bits>(unbiased + F::bias - 1) << F::mantissa_bits;
  }
  bits = rounded;
  return bits < infinity<Bits>;
}

/// `text` begins after "0x".
template <class Bits>
bool parse_hex_float(std::string_view text, Bits& bits) {
  uint64_t significand = 0;
  bool sticky = false;
  int64_t exponent = 0;
  bool fraction = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_') continue;
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (c == 'p' || c == 'P') {
      exponent += parse_exponent(text.substr(i + 1));
      break;
    }
    const auto digit = static_cast<uint64_t>(hex_digit(c));
    if (significand >> 60 == 0) {
      significand = significand << 4 | digit;
      if (fraction) exponent -= 4;
    } else {
      sticky = sticky || digit != 0;
      if (!fraction) exponent += 4;
    }
  }
  return round_binary(significand, sticky, exponent, bits);
}

/// A natural number of any size that decimal floats need: all digits that can decide how a double
/// is rounded, times the power of two that division takes.
class Natural {
 public:
  bool is_zero() const { return size_ == 0; }

  /// this * factor + addend
  void multiply_add(uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (size_t i = 0; i < size_; ++i) {
      carry += uint64_t{limbs_[i]} * factor;
      limbs_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs_[size_++] = static_cast<uint32_t>(carry);
  }
  /// Times 2^(32 * count).
  void shift_up(size_t count) {
    std::copy_backward(limbs_, limbs_ + size_, limbs_ + size_ + count);
    std::fill_n(limbs_, count, 0u);
    size_ += count;
  }
  /// Rounds down; returns whether there was a remainder.
  bool divide(uint32_t divisor) {
    uint64_t rest = 0;
    for (size_t i = size_; i-- != 0;) {
      rest = rest << 32 | limbs_[i];
      limbs_[i] = static_cast<uint32_t>(rest / divisor);
      rest %= divisor;
    }
    while (size_ != 0 && limbs_[size_ - 1] == 0) --size_;
    return rest != 0;
  }
  /// The 64 topmost bits and how many there are below; `sticky` becomes true if one of them is set.
  uint64_t top(int64_t& below, bool& sticky) const {
    uint64_t bits = limbs_[size_ - 1];
    const int shift = std::countl_zero(limbs_[size_ - 1]);
    bits = bits << 32 | (size_ > 1 ? limbs_[size_ - 2] : 0);
    const uint64_t third = size_ > 2 ? limbs_[size_ - 3] : 0;
    bits = bits << shift | third >> (32 - shift);
    if ((third & ((uint64_t{1} << (32 - shift)) - 1)) != 0) sticky = true;
    for (size_t i = 0; i + 3 < size_; ++i) sticky = sticky || limbs_[i] != 0;
    below = static_cast<int64_t>(size_) * 32 - 64 - shift;
    return bits;
  }

 private:
  uint32_t limbs_[208];  ///< lowest first
  size_t size_ = 0;
};

/// Exact, and unlike strtod independent of the locale.
template <class Bits>
bool parse_decimal_float(std::string_view text, Bits& bits) {
  // The boundary between two doubles has at most 767 significant digits. Of further ones it counts
  // only whether they are zero.
  constexpr int max_digits = 770;
  // Decimal places at which every format has long overflowed, or become zero.
  constexpr int64_t max_magnitude = 400;
  Natural number;
  int digits = 0;
  int64_t exponent = 0;  // the value is number * 10^exponent
  bool fraction = false, sticky = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_') continue;
    if (c == '.') {
      fraction = true;
    } else if (c == 'e' || c == 'E') {
      exponent += parse_exponent(text.substr(i + 1));
      break;
    } else if (digits < max_digits) {
      number.multiply_add(10, static_cast<uint32_t>(c - '0'));
      if (!number.is_zero()) ++digits;
      if (fraction) --exponent;
    } else {
      sticky = sticky || c != '0';
      if (!fraction) ++exponent;
    }
  }
  bits = 0;
  if (number.is_zero() || digits + exponent < -max_magnitude) return true;
  if (digits + exponent > max_magnitude) return false;
  constexpr int steps[] = {13, 1};
  constexpr uint32_t powers[] = {1220703125, 5};  // of 5
  int64_t shifted = 0;
  if (exponent < 0) {
    // 5^n has less than 7/3 * n + 1 bits; 64 bits of the quotient are left.
    shifted = (-exponent * 7 / 3 + 1 + 64 + 31) / 32;
    number.shift_up(static_cast<size_t>(shifted));
  }
  int64_t left = exponent < 0 ? -exponent : exponent;
  for (size_t i = 0; i < std::size(steps); ++i) {
    for (; left >= steps[i]; left -= steps[i]) {
      if (exponent < 0) {
        sticky = number.divide(powers[i]) || sticky;
      } else {
        number.multiply_add(powers[i], 0);
      }
    }
  }
  int64_t below;
  const uint64_t top = number.top(below, sticky);
  return round_binary(top, sticky, below + exponent - shifted * 32, bits);
}

template <class Bits>
bool parse_float(std::string_view text, Bits& bits) {
  const Bits sign = take_sign(text) ? sign_bit<Bits> : 0;
  if (text == "inf") {
    bits = infinity<Bits> | sign;
    return true;
  }
  constexpr Bits quiet = Bits{1} << (Format<Bits>::mantissa_bits - 1);
  if (text == "nan") {
    bits = infinity<Bits> | quiet | sign;
    return true;
  }
  if (text.starts_with("nan:")) {
    uint64_t payload;
    if (!parse_nat(text.substr(4), Format<Bits>::mantissa_bits, payload) || payload == 0) {
      return false;
    }
    bits = infinity<Bits> | static_cast<Bits>(payload) | sign;
    return true;
  }
  const bool ok = starts_hex(text) ? parse_hex_float(text.substr(2), bits)
                                   : parse_decimal_float(text, bits);
  bits |= sign;
  return ok;
}

template <class Bits>
std::string float_to_string(Bits bits) {
  using F = Format<Bits>;
  const std::string sign = (bits & sign_bit<Bits>) != 0 ? "-" : "";
  const Bits magnitude = bits & static_cast<Bits>(~sign_bit<Bits>);
  if (magnitude == infinity<Bits>) return sign + "inf";
  if (magnitude > infinity<Bits>) {
    const Bits payload = magnitude & static_cast<Bits>(~infinity<Bits>);
    if (payload == Bits{1} << (F::mantissa_bits - 1)) return sign + "nan";
    return sign + format("nan:0x%llx", static_cast<unsigned long long>(payload));
  }
  const double value = static_cast<double>(std::bit_cast<typename F::Float>(magnitude));
  char buffer[40];
  for (int digits = sizeof(Bits) == 4 ? 6 : 15;; ++digits) {
    std::snprintf(buffer, sizeof(buffer), "%.*g", digits, value);
    for (char* c = buffer; *c != '\0'; ++c) {
      if (*c == ',') *c = '.';  // an embedder's locale
    }
    Bits back;
    if (parse_float(std::string_view(buffer), back) && back == magnitude) break;
    if (digits > 20) break;
  }
  return sign + buffer;
}

}  // namespace

NumberForm classify_number(std::string_view text) {
  size_t i = 0;
  const bool sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  if (sign) i = 1;
  const std::string_view body = text.substr(i);
  if (body.empty()) return NumberForm::none;
  if (!is_digit(body[0])) {
    if (body == "inf" || body == "nan") return NumberForm::floating;
    if (!body.starts_with("nan:") || !starts_hex(body.substr(4))) return NumberForm::none;
    size_t j = 6;
    return skip_digits(body, j, true) != 0 && j == body.size() ? NumberForm::floating
                                                                : NumberForm::none;
  }
  const bool hex = starts_hex(body);
  i = hex ? 2 : 0;
  if (skip_digits(body, i, hex) == 0) return NumberForm::none;
  if (i == body.size()) return sign ? NumberForm::integer : NumberForm::nat;
  if (body[i] == '.') {
    ++i;
    if (i < body.size() && (hex ? hex_digit(body[i]) >= 0 : is_digit(body[i])) &&
        skip_digits(body, i, hex) == 0) {
      return NumberForm::none;
    }
  }
  if (i == body.size()) return NumberForm::floating;
  const char marker = body[i++];
  if (hex ? (marker != 'p' && marker != 'P') : (marker != 'e' && marker != 'E')) {
    return NumberForm::none;
  }
  if (i < body.size() && (body[i] == '+' || body[i] == '-')) ++i;
  return skip_digits(body, i, false) != 0 && i == body.size() ? NumberForm::floating
                                                               : NumberForm::none;
}

bool parse_nat(std::string_view text, unsigned bits, uint64_t& value) {
  const bool hex = starts_hex(text);
  if (hex) text.remove_prefix(2);
  const uint64_t base = hex ? 16 : 10;
  const uint64_t max = std::numeric_limits<uint64_t>::max() >> (64 - bits);
  value = 0;
  for (char c : text) {
    if (c == '_') continue;
    const auto digit = static_cast<uint64_t>(hex_digit(c));
    if (value > (max - digit) / base) return false;
    value = value * base + digit;
  }
  return true;
}

bool parse_integer(std::string_view text, unsigned bits, uint64_t& value) {
  const bool negative = take_sign(text);
  if (!parse_nat(text, bits, value)) return false;
  if (!negative) return true;
  if (value > uint64_t{1} << (bits - 1)) return false;
  value = (0 - value) & (std::numeric_limits<uint64_t>::max() >> (64 - bits));
  return true;
}

bool parse_f32(std::string_view text, uint32_t& bits) { return parse_float(text, bits); }
bool parse_f64(std::string_view text, uint64_t& bits) { return parse_float(text, bits); }
std::string f32_to_string(uint32_t bits) { return float_to_string(bits); }
std::string f64_to_string(uint64_t bits) { return float_to_string(bits); }

}  // namespace zwasm::text
