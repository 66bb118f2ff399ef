// Telling the user what went wrong: one line on standard error, and an exit code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace zwasm::cli {

/// Text of the user in a message; what is longer than 80 bytes ends in "...".
std::string shortened(std::string_view text);
/// The same in single quotes.
std::string echo(std::string_view text);

/// "1 argument", "2 arguments". `plural` is given where it is not made with an s.
std::string count_of(size_t count, const char* noun, const char* plural = nullptr);

/// Says which file is being worked on, for the message when the system has no memory left, and what
/// the exit code is then. `doing` is a literal such as "compiling".
void begin_work(const char* doing, std::string_view file, int exit_code = 134);

/// The items between the commas of a list; none for an empty one.
std::vector<std::string> split_list(std::string_view list);

/// "zwasm: FILE: malformed: unexpected end at 0x1f", from an error about `file`.
std::string describe(std::string_view file, const Error& error);

/// Prints that line and returns the exit code for the error; `trap_exit_code` for traps and
/// exhaustion. An ErrorKind::exit prints nothing and returns the guest's code as the shell sees it.
int report(std::string_view file, const Error& error, int trap_exit_code = 134);

/// Prints "zwasm: MESSAGE" and returns the code.
int complain(const std::string& message, int code);

}  // namespace zwasm::cli
