// The zwasm command: finds the command, parses its options, runs it.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "command.hpp"
#include "report.hpp"
#include "version.hpp"

namespace zwasm::cli {

const std::vector<CommandRow>& commands() {
  static const std::vector<CommandRow> rows = {
      {"run", "Run a module (the default command)", make_run},
      {"validate", "Check modules", make_validate},
      {"inspect", "Show what a module declares and may touch", make_inspect},
      {"convert", "Convert between text and binary", make_convert},
      {"wast", "Run test scripts of the specification", make_wast},
      {"dump", "Print predecoded instructions or register IR", make_dump},
      {"features", "List the WebAssembly features of this build", make_features},
      {"completion", "Print a completion script for a shell", make_completion},
      {"man-page", "Print the manual page", make_man_page},
  };
  return rows;
}

namespace {

void print_help() {
  std::printf(
      "zwasm %s: a WebAssembly runtime\n"
      "\n"
      "Usage: zwasm [run] [OPTIONS] FILE [ARGS...]\n"
      "       zwasm COMMAND [OPTIONS] ...\n"
      "\n"
      "Commands:\n",
      version);
  for (const CommandRow& row : commands()) std::printf("  %-12s%s\n", row.name, row.summary);
  std::printf(
      "\n"
      "zwasm COMMAND --help or zwasm help COMMAND lists the options of a command; zwasm --version\n"
      "or zwasm -V prints the version. Examples:\n"
      "  zwasm hello.wasm a b c              run a WASI program with arguments\n"
      "  zwasm --dir .::/ tool.wasm          with the current folder as its root\n"
      "  zwasm math.wat --invoke add 2 3     call an exported function\n");
}

const CommandRow* find_command(std::string_view name) {
  for (const CommandRow& row : commands()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

/// Whether a first argument that is no command is meant as a module.
bool looks_like_file(std::string_view text) {
  struct stat status;
  return text == "-" || text.find('/') != text.npos || text.ends_with(".wasm") ||
         text.ends_with(".wat") ||
         text.ends_with(".wast") || stat(std::string(text).c_str(), &status) == 0;
}

int run_command(const CommandRow& row, int argc, char** argv) {
  const auto command = row.make();
  Options options;
  command->declare(options);
  try {
    const auto help = options.parse(std::string("zwasm ") + row.name, row.summary, argc, argv);
    if (help) {
      std::fputs(help->c_str(), stdout);
      return exit_success;
    }
    return command->execute();
  } catch (const UsageError& error) {
    return complain(std::string(row.name) + ": " + error.message, exit_usage);
  }
}

/// A standard descriptor that is closed would be the number of the next file that is opened:
/// messages or output would end in it. So it is made one that can only be used the wrong way.
void keep_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    const int opened = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != descriptor) close(opened);
  }
}

/// stdio loses what a non-blocking descriptor does not take at once. Somebody who shares it has
/// made it so, and must not find it changed: this waits instead.
ssize_t write_waiting(void* cookie, const char* bytes, size_t size) {
  const int descriptor = *static_cast<const int*>(cookie);
  size_t done = 0;
  while (done < size) {
    const ssize_t count = write(descriptor, bytes + done, size - done);
    if (count >= 0) {
      done += static_cast<size_t>(count);
    } else if (errno == EAGAIN) {
      pollfd ready = {descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return static_cast<ssize_t>(done);
}

void wait_for_output(int descriptor, FILE*& stream) {
  static int descriptors[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK) == 0) return;
  cookie_io_functions_t functions = {};
  functions.write = &write_waiting;
  FILE* const waiting = fopencookie(&descriptors[descriptor], "w", functions);
  if (waiting == nullptr) return;
  if (descriptor == STDERR_FILENO) std::setvbuf(waiting, nullptr, _IONBF, 0);
  stream = waiting;
}

/// What the process needs before it reads or writes anything.
void set_up_process() {
  keep_standard_descriptors();
  wait_for_output(STDOUT_FILENO, stdout);
  wait_for_output(STDERR_FILENO, stderr);
  // A file that may not grow further is an error for who writes to it, not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
}

int main_checked(int argc, char** argv) {
  if (argc < 2) {
    print_help();
    return exit_success;
  }
  const std::string_view first = argv[1];
  const bool is_version = first == "--version" || first == "-V" || first == "version";
  if (const int most = first == "help" ? 3 : 2; (is_version || first == "help") && argc > most) {
    return complain(std::string(first) + ": unexpected argument " + echo(argv[most]) +
                        " (see zwasm --help)",
                    exit_usage);
  }
  if (first == "help" && argc > 2) {
    const CommandRow* row = find_command(argv[2]);
    if (row == nullptr) return complain("help: no command " + echo(argv[2]), exit_usage);
    char option[] = "--help";
    char* arguments[] = {argv[2], option};
    return run_command(*row, 2, arguments);
  }
  if (first == "--help" || first == "-h" || first == "help") {
    print_help();
    return exit_success;
  }
  if (is_version) {
    std::printf("zwasm %s\n", version);
    return exit_success;
  }
  if (const CommandRow* row = find_command(first)) return run_command(*row, argc - 1, argv + 1);
  if ((first.starts_with('-') && first != "-") || looks_like_file(first)) {
    return run_command(*find_command("run"), argc, argv);
  }
  return complain(echo(first) + " is neither a command nor a file (see zwasm --help)", exit_usage);
}

/// Output that could not be written is a failure, not silence.
int finish(int code) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    return complain("cannot write to standard output", exit_failure);
  }
  return code;
}

}  // namespace
}  // namespace zwasm::cli

int main(int argc, char** argv) {
  zwasm::cli::set_up_process();
  try {
    return zwasm::cli::finish(zwasm::cli::main_checked(argc, argv));
  } catch (const std::exception& error) {
    return zwasm::cli::complain(std::string("internal fault: ") + error.what(),
                                zwasm::cli::exit_internal);
  }
}
