// Telling the user what went wrong: one line on standard error, and an exit code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace zwasm::cli {

/// Text in which what a terminal could take for commands is shown as escapes.
std::string printable(std::string_view text);

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
