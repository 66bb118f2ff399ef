#include "base/error.hpp"

#include <cstdio>

#include "base/utf8.hpp"

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

void append_printable(std::string& out, std::string_view text, Quotes quotes) {
  while (!text.empty()) {
    const DecodedScalar scalar = decode_utf8(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (scalar.length == 0 || (scalar.length == 1 && is_unprintable(byte))) {
      out += format("\\%02x", byte);
    } else if (is_unprintable(scalar.value)) {
      out += format("\\u{%x}", scalar.value);
    } else {
      if (quotes == Quotes::escape && (byte == '"' || byte == '\\')) out += '\\';
      out += text.substr(0, scalar.length);
    }
    text.remove_prefix(scalar.length == 0 ? 1 : scalar.length);
  }
}

std::string printable(std::string_view text) {
  std::string result;
  append_printable(result, text);
  return result;
}

std::string quoted(std::string_view name) {
  constexpr size_t longest = 200;
  size_t length = name.size();
  if (length > longest) {
    // Not through the middle of a character.
    for (length = longest; length > longest - 3 && (name[length] & 0xC0) == 0x80;) --length;
  }
  std::string text = "\"";
  append_printable(text, name.substr(0, length), Quotes::escape);
  return text + (name.size() > length ? "...\"" : "\"");
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
