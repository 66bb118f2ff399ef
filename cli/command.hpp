// A command of the command line, and what all commands share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "options.hpp"

namespace zwasm::cli {

/// Exit codes. A guest that ends by itself gives its own.
inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;    ///< unreadable, malformed, invalid or unlinkable
inline constexpr int exit_usage = 2;      ///< wrong command line, arguments of --invoke included
inline constexpr int exit_internal = 70;  ///< a fault of zwasm itself
inline constexpr int exit_trap = 134;     ///< trap, or fuel, time or stack used up

/// One command: declares its options, then, once they are parsed, does its work.
class Command {
 public:
  virtual ~Command() = default;
  virtual void declare(Options& options) = 0;
  /// Returns the exit code of the process.
  virtual int execute() = 0;
};

struct CommandRow {
  const char* name;
  const char* summary;
  std::unique_ptr<Command> (*make)();
};

/// All commands, in the order of the help text.
const std::vector<CommandRow>& commands();

std::unique_ptr<Command> make_run();
std::unique_ptr<Command> make_validate();
std::unique_ptr<Command> make_inspect();
std::unique_ptr<Command> make_convert();
std::unique_ptr<Command> make_wast();
std::unique_ptr<Command> make_dump();
std::unique_ptr<Command> make_features();
std::unique_ptr<Command> make_completion();
std::unique_ptr<Command> make_man_page();

/// What the command line got wrong: one line, and the exit code for it.
struct UsageError {
  std::string message;
};

}  // namespace zwasm::cli
