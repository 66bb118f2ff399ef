#include "validate/const_expr.hpp"

namespace zwasm {

bool is_constant(Opcode opcode, const Features& features) {
  struct Mark {
    Opcode opcode;
    Feature feature;
  };
  static constexpr Mark marks[] = {
      {Opcode::end, Feature::mvp},
#define CONSTANT(name, feature) {Opcode::name, Feature::feature},
#include "wasm/opcodes.def"
  };
  for (const Mark& mark : marks) {
    if (mark.opcode == opcode) return features.has(mark.feature);
  }
  return false;
}

bool own_globals_are_constant(const Features& features) {
  return features.has(Feature::gc) || !is_built(Feature::gc);
}

uint32_t globals_of_segments(const Module& module, const Features& features) {
  return own_globals_are_constant(features) ? static_cast<uint32_t>(module.globals.size())
                                            : module.imported_globals;
}

}  // namespace zwasm
