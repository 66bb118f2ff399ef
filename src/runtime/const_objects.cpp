// Constant expressions that make objects.
#include "runtime/const_expr.hpp"
#include "runtime/instance.hpp"

namespace zwasm {

Status ConstantEvaluator::make_object(const Instruction& in) {
  const ModuleCode& code = instance_.module();
  const auto layout = [&](uint32_t type) -> const ObjectLayout& {
    return code.registry().layout(code.type_ids()[type]);
  };
  const auto element_slots = [&](uint32_t type) {
    return layout(type).element_log2 == 4 ? size_t{2} : size_t{1};
  };
  if (in.opcode == Opcode::struct_new) {
    const uint32_t slots = layout(in.index).slots;
    return call(&builtins::struct_new, slots, in.index, slots);
  }
  if (in.opcode == Opcode::struct_new_default) {
    return call(&builtins::struct_new_default, 0, in.index, 0);
  }
  if (in.opcode == Opcode::array_new) {
    return call(&builtins::array_new, element_slots(in.index) + 1, in.index, 0);
  }
  if (in.opcode == Opcode::array_new_default) {
    return call(&builtins::array_new_default, 1, in.index, 0);
  }
  if (in.opcode == Opcode::array_new_fixed) {
    return call(&builtins::array_new_fixed, in.pair.second * element_slots(in.pair.first),
                in.pair.first, in.pair.second);
  }
  return make_error(ErrorKind::invalid, in.offset, "constant expression required");
}

}  // namespace zwasm
