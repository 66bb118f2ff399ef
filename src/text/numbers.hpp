// Number literals of the text format (specification, Text Format: Values).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace zwasm::text {

enum class NumberForm : uint8_t {
  none,      ///< no number
  nat,       ///< 12, 0x1_F
  integer,   ///< a nat with a sign
  floating,  ///< with a fraction or an exponent, and inf, nan, nan:0x...
};

/// The form of a literal by the grammar alone.
NumberForm classify_number(std::string_view text);

/// The value of a nat; false if it needs more than `bits` bits.
[[nodiscard]] bool parse_nat(std::string_view text, unsigned bits, uint64_t& value);

/// The value of a nat or integer modulo 2^bits; false unless -2^(bits-1) <= value < 2^bits.
[[nodiscard]] bool parse_integer(std::string_view text, unsigned bits, uint64_t& value);

/// The bits of any number literal as a float, rounded to nearest, ties to even; false if the
/// rounded value is not finite or a NaN payload does not fit.
[[nodiscard]] bool parse_f32(std::string_view text, uint32_t& bits);
[[nodiscard]] bool parse_f64(std::string_view text, uint64_t& bits);

/// A literal that parses back to the same bits: decimal with as few digits as are needed.
std::string f32_to_string(uint32_t bits);
std::string f64_to_string(uint64_t bits);

}  // namespace zwasm::text
