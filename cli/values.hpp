// Values on the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.hpp"

namespace zwasm::cli {

/// Parses an argument of --invoke as a value of `type`; nothing if it is none.
///   i32, i64   decimal, 0x, 0o, 0b, signed or unsigned, `_` between digits
///   f32, f64   decimal or hexadecimal, inf, nan, nan:0x<payload>
///   v128       0x and up to 32 digits, or lanes: i32x4:1:2:3:4, f64x2:0.5:2
///   references null; an externref also a number
std::optional<Value> parse_value(std::string_view text, ValType type);

}  // namespace zwasm::cli
