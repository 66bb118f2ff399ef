#include "fuzz/smith.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "fuzz/failure.hpp"
#include "fuzz/subject.hpp"
#include "text/parser.hpp"
#include "wasm/features.hpp"

extern char** environ;

namespace zwasm::fuzz {
namespace {

/// Runs a program with `input`, of at most a pipe's capacity, and returns what it prints; empty if
/// it fails.
std::vector<uint8_t> run(const std::vector<std::string>& arguments,
                         const std::vector<uint8_t>& input) {
  int to_program[2], from_program[2];
  require(pipe(to_program) == 0 && pipe(from_program) == 0, "pipes can be made");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_program[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_program[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
  for (const int end : {to_program[0], to_program[1], from_program[0], from_program[1]}) {
    posix_spawn_file_actions_addclose(&actions, end);
  }
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  // Not to be slowed down by backtraces of failures, which are no news.
  std::vector<char*> environment;
  static char no_backtrace[] = "RUST_BACKTRACE=0";
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("RUST_BACKTRACE=")) {
      environment.push_back(*variable);
    }
  }
  environment.push_back(no_backtrace);
  environment.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  close(to_program[0]);
  close(from_program[1]);
  if (failed != 0) fail("wasm-tools starts", arguments[0]);
  require(write(to_program[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()),
          "a pipe takes the seed");
  close(to_program[1]);
  std::vector<uint8_t> output;
  uint8_t part[16384];
  for (;;) {
    const ssize_t count = read(from_program[0], part, sizeof part);
    if (count <= 0) break;
    output.insert(output.end(), part, part + count);
  }
  close(from_program[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) output.clear();
  return output;
}

}  // namespace

Smith::Smith(std::string command, const std::string& folder, std::optional<std::string> features)
    : command_(std::move(command)),
      imports_(folder + "/imports.wasm"),
      features_(std::move(features)) {
  const Result<Vector<uint8_t>> module = parse_module(surroundings_imports_text, Features());
  require_ok(module, "the imports parse");
  std::FILE* const file = std::fopen(imports_.c_str(), "wb");
  require(file != nullptr, "a file can be written");
  std::fwrite(module.value().data(), 1, module.value().size(), file);
  std::fclose(file);
}

std::vector<uint8_t> Smith::generate(Random& random) {
  std::vector<std::string> arguments = {command_, "smith"};
  const auto set = [&](const char* name, const std::string& value) {
    arguments.push_back(std::string("--") + name + "=" + value);
  };
  const auto set_bool = [&](const char* name, bool value) { set(name, value ? "true" : "false"); };
  // What not both engines know.
  set_bool("custom-descriptors-enabled", false);
  set_bool("compact-imports-enabled", false);
  // A module without some feature has more of the others.
  const auto choose = [&](const char* feature, const char* option, bool choice) {
    if (features_)
      choice = ("," + *features_ + ",").find(format(",%s,", feature)) != std::string::npos;
    set_bool(option, choice);
  };
  choose("custom-page-sizes", "custom-page-sizes-enabled", random.one_in(2));
  choose("wide-arithmetic", "wide-arithmetic-enabled", random.one_in(2));
  choose("memory64", "memory64-enabled", random.one_in(2));
  choose("gc", "gc-enabled", !random.one_in(3));
  choose("simd", "simd-enabled", !random.one_in(3));
  choose("relaxed-simd", "relaxed-simd-enabled", random.one_in(2));
  choose("exceptions", "exceptions-enabled", !random.one_in(3));
  choose("threads", "threads-enabled", random.one_in(4));
  choose("tail-call", "tail-call-enabled", !random.one_in(3));
  choose("floats", "allow-floats", !random.one_in(3));
  set_bool("disallow-traps", !random.one_in(3));
  // Bounds.
  arguments.push_back("--ensure-termination");
  set("fuel", "1000");
  set_bool("memory-max-size-required", true);
  set_bool("table-max-size-required", true);
  set("max-memory32-bytes", "262144");
  set("max-memory64-bytes", "262144");
  set("max-table-elements", "100");
  set_bool("limit-arrays-in-const-exprs", true);
  // Size and shape. The numbers count imports too.
  const bool has_imports = random.one_in(3);
  const auto some = [&](size_t least, size_t choices, size_t imported) {
    return std::to_string(least + random.below(choices) + (has_imports ? imported : 0));
  };
  set_bool("export-everything", true);
  set("max-exports", "1000");
  set("min-funcs", "2");
  set("max-funcs", some(2, 11, 7));
  set("max-instructions", some(20, 300, 0));
  set("max-memories", some(1, 3, 1));
  set("max-tables", some(1, 3, 1));
  set("max-types", some(3, 15, 8));
  set("max-type-size", "50");
  set("max-globals", some(1, 10, 2));
  set("max-tags", some(1, 4, 2));
  set("max-data-segments", some(1, 4, 0));
  set("max-element-segments", some(1, 4, 0));
  set("max-elements", some(1, 10, 0));
  set_bool("allow-start-export", random.one_in(4));
  set("max-imports", has_imports ? some(1, 13, 0) : "0");
  if (has_imports) set("available-imports", imports_);
  std::vector<uint8_t> seed(400 + random.below(6000));
  for (uint8_t& byte : seed) byte = static_cast<uint8_t>(random.next());
  return run(arguments, seed);
}

}  // namespace zwasm::fuzz
