// What went wrong, in the specification's words.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <string>
#include <string_view>

namespace zwasm {

/// The phase that failed; the names are the specification test suite's failure assertions.
enum class ErrorKind : uint8_t {
  malformed,   ///< the bytes or the text are not a module
  invalid,     ///< the module breaks a validation rule
  unlinkable,  ///< an import is missing or of another type
  trap,        ///< execution trapped; `trap` says how
  exhaustion,  ///< a budget of stack, fuel, time, memory or table elements is used up, or the
               ///< system's memory; `trap` says which
  exception,   ///< a wasm exception left the outermost call
  exit,        ///< the guest asked the process to end with code `exit_code`
  unsupported, ///< valid, but this build cannot execute it
  host,        ///< the embedder or the operating system failed
};

/// Trap kinds: see traps.def. The numbers are part of the C ABI and only grow.
enum class TrapKind : uint8_t {
#define TRAP(name, number, message) name = number,
#include "base/traps.def"
};

/// The specification's message of a trap, e.g. "integer divide by zero".
const char* trap_message(TrapKind kind);

/// A failure. Only cold paths make one, so the message may own memory.
struct Error {
  static constexpr uint64_t no_offset = ~uint64_t{0};

  ErrorKind kind = ErrorKind::host;
  TrapKind trap = TrapKind::none;
  uint32_t exit_code = 0;          ///< for ErrorKind::exit
  uint64_t offset = no_offset;     ///< byte offset in the module, or no_offset
  uint32_t line = 0, column = 0;   ///< position in a text source, from 1; 0 when there is none
  std::string message;             ///< begins with the specification's wording; no trailing newline
};

/// The word for a phase: "malformed", "invalid", ...
const char* error_kind_name(ErrorKind kind);

/// printf into a std::string.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);
std::string format_list(const char* pattern, va_list arguments);

/// Whether quotes and backslashes are to be escaped, too.
enum class Quotes : uint8_t { keep, escape };

/// Appends text of a module, a file or a command line so that it stays on its line and does nothing
/// to a terminal: with the escapes of the text format's strings for what is_unprintable
/// (base/utf8.hpp), "\1b" or "\u{202e}", and for bytes that are not UTF-8, "\ff".
void append_printable(std::string& out, std::string_view text, Quotes quotes = Quotes::keep);
std::string printable(std::string_view text);

/// A name of a module in double quotes, fit for a message: printable, quotes and backslashes
/// escaped, and what is longer than 200 bytes ends in "...".
std::string quoted(std::string_view name);

/// Every failure is made here, so that one breakpoint sees them all.
[[gnu::format(printf, 3, 4)]] Error make_error(ErrorKind kind, uint64_t offset, const char* pattern,
                                               ...);

/// A trap or an exhaustion without backtrace.
Error make_trap(TrapKind kind);

/// An exhaustion outside of running code: the kind's message, a colon, and what was asked for.
[[gnu::format(printf, 2, 3)]] Error make_exhaustion(TrapKind kind, const char* pattern, ...);

}  // namespace zwasm
