#include "validate/const_expr.hpp"

#include <algorithm>
#include <array>

namespace zwasm {
namespace {

constexpr Opcode constant_opcodes[] = {
    Opcode::end,           Opcode::global_get,         Opcode::i32_const,
    Opcode::i64_const,     Opcode::f32_const,          Opcode::f64_const,
    Opcode::v128_const,    Opcode::ref_null,           Opcode::ref_func,
    Opcode::ref_i31,       Opcode::struct_new,         Opcode::struct_new_default,
    Opcode::array_new,     Opcode::array_new_default,  Opcode::array_new_fixed,
    Opcode::any_convert_extern, Opcode::extern_convert_any};

constexpr Opcode extended_opcodes[] = {Opcode::i32_add, Opcode::i32_sub, Opcode::i32_mul,
                                       Opcode::i64_add, Opcode::i64_sub, Opcode::i64_mul};

}  // namespace

bool is_constant(Opcode opcode, const Features& features) {
  return std::ranges::find(constant_opcodes, opcode) != std::end(constant_opcodes) ||
         (features.has(Feature::extended_const) &&
          std::ranges::find(extended_opcodes, opcode) != std::end(extended_opcodes));
}

bool own_globals_are_constant(const Features& features) {
  return features.has(Feature::gc) || !is_built(Feature::gc);
}

uint32_t globals_of_segments(const Module& module, const Features& features) {
  return own_globals_are_constant(features) ? static_cast<uint32_t>(module.globals.size())
                                            : module.imported_globals;
}

}  // namespace zwasm
