#include "report.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "command.hpp"

namespace zwasm::cli {

namespace {

/// What begin_work has prepared: without memory, nothing can be put together any more.
char out_of_memory_line[512] = "zwasm: out of memory\n";
int out_of_memory_code = exit_trap;

[[noreturn]] void end_without_memory() {
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, out_of_memory_line, std::strlen(out_of_memory_line));
  std::_Exit(out_of_memory_code);
}

}  // namespace

std::string shortened(std::string_view text) {
  constexpr size_t longest = 80;
  size_t length = text.size();
  if (length > longest) {
    for (length = longest; length > longest - 3 && (text[length] & 0xC0) == 0x80;) --length;
  }
  return printable(text.substr(0, length)) + (text.size() > length ? "..." : "");
}

std::string echo(std::string_view text) { return "'" + shortened(text) + "'"; }

std::string count_of(size_t count, const char* noun, const char* plural) {
  if (count != 1 && plural != nullptr) return format("%zu %s", count, plural);
  return format("%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void begin_work(const char* doing, std::string_view file, int exit_code) {
  std::snprintf(out_of_memory_line, sizeof(out_of_memory_line) - 1,
                "zwasm: %.400s: out of memory while %s it", printable(file).c_str(), doing);
  std::strcat(out_of_memory_line, "\n");
  out_of_memory_code = exit_code;
  std::set_new_handler(&end_without_memory);
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
