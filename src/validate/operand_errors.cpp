// The wording of the function validator's errors. All of it is cold.
#include <cstdarg>

#include "binary/names.hpp"
#include "validate/function_validator.hpp"

namespace zwasm {
namespace {

std::string to_string(std::span<const ValType> types) {
  std::string text = "[";
  for (const ValType type : types) {
    if (text.size() > 1) text += ' ';
    text += zwasm::to_string(type);
  }
  return text + "]";
}

}  // namespace

bool FunctionValidator::fail_with(Error error) {
  if (constant_ == nullptr) {
    error.message += format(" in function %u", raw(function_));
    const std::string name = find_function_name(module_, function_);
    if (!name.empty()) error.message += " " + quoted(name);
  }
  error_ = std::move(error);
  return false;
}

bool FunctionValidator::fail(const char* pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  const std::string message = format_list(pattern, arguments);
  va_end(arguments);
  return fail_with(
      make_error(ErrorKind::invalid, instruction_.offset, "%s", message.c_str()));
}

bool FunctionValidator::fail_malformed(const char* message) {
  return fail_with(make_error(ErrorKind::malformed, instruction_.offset, "%s", message));
}

bool FunctionValidator::unknown(const char* what, uint32_t index) {
  return fail("unknown %s %u", what, index);
}

/// The operands of the innermost block, at most `count` of the topmost.
std::string FunctionValidator::top_operands(size_t count) const {
  constexpr size_t most = 32;
  const size_t height = static_cast<size_t>(top_ - base_);
  const size_t wanted = height < count ? height : count;
  if (wanted <= most) return to_string(Types(top_ - wanted, wanted));
  return "[... " + to_string(Types(top_ - most, most)).substr(1);
}

bool FunctionValidator::mismatch_operands(Types required) {
  return fail("type mismatch: instruction requires %s but stack has %s",
              to_string(required).c_str(), top_operands(required.size()).c_str());
}

bool FunctionValidator::mismatch_block(Types required) {
  return fail("type mismatch: block requires %s but stack has %s", to_string(required).c_str(),
              top_operands(static_cast<size_t>(top_ - base_)).c_str());
}

bool FunctionValidator::mismatch_reference() {
  return fail("type mismatch: instruction requires reference type but stack has %s",
              top_operands(1).c_str());
}

bool FunctionValidator::mismatch_label(Types provided, Types label) {
  return fail("type mismatch: instruction has %s but target requires %s",
              to_string(provided).c_str(), to_string(label).c_str());
}

bool FunctionValidator::mismatch_types(const char* sub_name, ValType sub, const char* super_name,
                                       ValType super) {
  return fail("type mismatch: %s %s does not match %s %s", sub_name, zwasm::to_string(sub).c_str(),
              super_name, zwasm::to_string(super).c_str());
}

}  // namespace zwasm
