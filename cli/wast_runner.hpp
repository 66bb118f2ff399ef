// Runs test scripts of the specification (.wast).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "os/thread.hpp"
#include "text/script.hpp"

namespace zwasm::cli {

/// Counts of one script: of its commands, those that do not need execution alone if there is none.
struct WastResult {
  uint64_t passed = 0;
  uint64_t failed = 0;
};

/// Runs the commands of one script; prints a line for each that fails.
class WastRunner {
 public:
  /// `execute`: false checks only what decoding and validation decide, for scripts whose modules
  /// this build cannot run. `fuel` is what the script may use if the engine's configuration has
  /// fuel.
  WastRunner(Engine& engine, std::string_view file, bool execute, uint64_t fuel);

  ~WastRunner();

  WastResult run(const Script& script) { return run(script.commands); }

 private:
  WastResult run(std::span<const ScriptCommand> commands);
  using Values = std::vector<Value>;
  /// The shared memories that an instance exports, by name.
  using SharedExports = std::map<std::string, Ref<SharedMemory>, std::less<>>;
  struct Thread;

  bool command(const ScriptCommand& command, std::string& why);
  bool define(const ScriptModule& module, std::string& why);
  bool instantiate(const Ref<CompiledModule>& module, std::string_view id, std::string& why);
  Result<Ref<CompiledModule>> compile(const ScriptModule& module, const Config& config);
  Result<Values> act(const ScriptAction& action);
  Instance* find_instance(std::string_view id) const;
  bool rejected(const ScriptCommand& command, ErrorKind kind, std::string& why);
  bool fails(const Error* error, ErrorKind kind, std::string_view message, std::string& why);
  bool assert_return(const ScriptCommand& command, std::string& why);
  bool start_thread(const ScriptCommand& command, std::string& why);
  bool wait_thread(const ScriptCommand& command, std::string& why);

  Engine& engine_;
  std::string file_;
  bool execute_;
  Store store_;
  Linker linker_;
  std::map<std::string, Instance*, std::less<>> instances_;
  std::map<std::string, Ref<CompiledModule>, std::less<>> definitions_;
  Instance* last_instance_ = nullptr;
  std::string setup_error_;  ///< why part of "spectest" is missing, or empty
  Ref<CompiledModule> last_definition_;
  uint64_t fuel_;
  /// Of a thread's runner: instances of the runner that started it.
  std::map<std::string, SharedExports, std::less<>> shared_;
  std::map<std::string, std::unique_ptr<Thread>, std::less<>> threads_;
};

}  // namespace zwasm::cli
