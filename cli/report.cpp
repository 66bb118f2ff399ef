#include "report.hpp"

#include <cstdio>

#include "command.hpp"

namespace zwasm::cli {

std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      clean += format("\\x%02x", byte);
    } else {
      clean += c;
    }
  }
  return clean;
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty() || !items.empty()) {
    const size_t comma = list.find(',');
    items.emplace_back(list.substr(0, comma));
    if (comma == list.npos) break;
    list.remove_prefix(comma + 1);
  }
  return items;
}

std::string describe(std::string_view file, const Error& error) {
  std::string text = file.empty() ? "''" : printable(file);
  if (error.line != 0) text += format(":%u:%u", error.line, error.column);
  text += ": ";
  switch (error.kind) {
    case ErrorKind::malformed:
    case ErrorKind::invalid:
    case ErrorKind::unlinkable:
    case ErrorKind::unsupported:
      text += error_kind_name(error.kind);
      text += ": ";
      break;
    case ErrorKind::exhaustion:
      // Without running code, the limits and the system's memory are what the message begins with.
      if (error.trap != TrapKind::memory_limit && error.trap != TrapKind::table_limit &&
          error.trap != TrapKind::out_of_memory) {
        text += "wasm trap: ";
      }
      break;
    case ErrorKind::trap:
    case ErrorKind::exception:
      text += "wasm trap: ";
      break;
    case ErrorKind::exit:
    case ErrorKind::host:
      break;
  }
  text += printable(error.message);
  const bool has_position =
      (error.kind == ErrorKind::malformed || error.kind == ErrorKind::invalid ||
       error.kind == ErrorKind::unsupported) &&
      error.line == 0 && error.offset != Error::no_offset;
  if (has_position) text += format(" (at 0x%llx)", static_cast<unsigned long long>(error.offset));
  return text;
}

int report(std::string_view file, const Error& error, int trap_exit_code) {
  if (error.kind == ErrorKind::exit) return static_cast<int>(error.exit_code & 0xFF);
  std::fprintf(stderr, "zwasm: %s\n", describe(file, error).c_str());
  switch (error.kind) {
    case ErrorKind::trap:
    case ErrorKind::exhaustion:
    case ErrorKind::exception:
      return trap_exit_code;
    case ErrorKind::malformed:
    case ErrorKind::invalid:
    case ErrorKind::unlinkable:
    case ErrorKind::unsupported:
    case ErrorKind::exit:
    case ErrorKind::host:
      break;
  }
  return exit_failure;
}

int complain(const std::string& message, int code) {
  std::fprintf(stderr, "zwasm: %s\n", printable(message).c_str());
  return code;
}

}  // namespace zwasm::cli
