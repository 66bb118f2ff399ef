#include "base/error.hpp"

#include <cstdio>

namespace zwasm {

const char* trap_message(TrapKind kind) {
  switch (kind) {
#define TRAP(name, number, message) \
  case TrapKind::name:              \
    return message;
#include "base/traps.def"
  }
  return "unknown trap";
}

const char* error_kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed: return "malformed";
    case ErrorKind::invalid: return "invalid";
    case ErrorKind::unlinkable: return "unlinkable";
    case ErrorKind::trap: return "trap";
    case ErrorKind::exhaustion: return "exhaustion";
    case ErrorKind::exception: return "exception";
    case ErrorKind::exit: return "exit";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::host: return "error";
  }
  return "error";
}

std::string format_list(const char* pattern, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, pattern, arguments);
  std::string text(length > 0 ? static_cast<size_t>(length) : 0, '\0');
  std::vsnprintf(text.data(), text.size() + 1, pattern, again);
  va_end(again);
  return text;
}

std::string format(const char* pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  std::string text = format_list(pattern, arguments);
  va_end(arguments);
  return text;
}

std::string quoted(std::string_view name) {
  constexpr size_t longest = 200;
  std::string text = "\"";
  for (const char c : name.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '"' || c == '\\') {
      text += format("\\%02x", byte);
    } else {
      text += c;
    }
  }
  return text + (name.size() > longest ? "...\"" : "\"");
}

Error make_error(ErrorKind kind, uint64_t offset, const char* pattern, ...) {
  Error error;
  error.kind = kind;
  error.offset = offset;
  va_list arguments;
  va_start(arguments, pattern);
  error.message = format_list(pattern, arguments);
  va_end(arguments);
  return error;
}

Error make_trap(TrapKind kind) {
  Error error;
  error.kind = kind == TrapKind::call_stack_exhausted || kind == TrapKind::out_of_fuel ||
                       kind == TrapKind::interrupted
                   ? ErrorKind::exhaustion
                   : ErrorKind::trap;
  error.trap = kind;
  error.message = trap_message(kind);
  return error;
}

Error make_exhaustion(TrapKind kind, const char* pattern, ...) {
  Error error;
  error.kind = ErrorKind::exhaustion;
  error.trap = kind;
  va_list arguments;
  va_start(arguments, pattern);
  error.message = trap_message(kind) + (": " + format_list(pattern, arguments));
  va_end(arguments);
  return error;
}

}  // namespace zwasm
