// Telling the user what went wrong: one line on standard error, and an exit code.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace zwasm::cli {

/// "zwasm: FILE: malformed: unexpected end at 0x1f", from an error about `file`.
std::string describe(std::string_view file, const Error& error);

/// Prints that line and returns the exit code for the error; `trap_exit_code` for traps and
/// exhaustion. An ErrorKind::exit prints nothing and returns the guest's code as the shell sees it.
int report(std::string_view file, const Error& error, int trap_exit_code = 134);

/// Prints "zwasm: MESSAGE" and returns the code.
int complain(const std::string& message, int code);

}  // namespace zwasm::cli
