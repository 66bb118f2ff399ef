// The engine: compiles modules and makes stores.
//
//   Engine engine(Config{});
//   Ref<CompiledModule> module = ZWASM_TRY(engine.compile_file("a.wasm"));
//   Store store = engine.make_store();
//   Linker linker;
//   linker.define<[](Caller, int32_t x) { return x + 1; }>("env", "increment");
//   Instance* instance = ZWASM_TRY(linker.instantiate(store, module));
//   Value result[1];
//   ZWASM_CHECK(store.call(*instance->exported_func("run"), {}, result));
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/compiled_module.hpp"
#include "engine/config.hpp"
#include "os/file.hpp"
#include "runtime/instance.hpp"
#include "runtime/linker.hpp"
#include "runtime/observer.hpp"
#include "runtime/runtime.hpp"
#include "runtime/store.hpp"
#include "runtime/typed_func.hpp"

namespace zwasm {

/// Outlives its modules and stores. Thread-safe.
class Engine {
 public:
  explicit Engine(const Config& config = {});
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Config& config() const { return config_; }
  Runtime& runtime() { return runtime_; }

  /// Compiles a module in the binary format, or in the text format: what begins with "(" or ";",
  /// after blanks, is text; what begins neither so nor with "\0asm" is malformed. The bytes are
  /// copied first, so the caller may change them at any time. `name` is what backtraces call the
  /// module if it has no name of its own. Errors: malformed, invalid, host (memory); text errors
  /// have line and column.
  Result<Ref<CompiledModule>> compile(std::span<const uint8_t> bytes, std::string_view name = {});
  /// The text format, whatever it begins with.
  Result<Ref<CompiledModule>> compile(std::string_view text, std::string_view name = {});
  /// As the first, without a copy.
  Result<Ref<CompiledModule>> compile(os::OwnedBytes bytes, std::string_view name = {});
  /// Reads the file ("-": standard input) and compiles it; `name` is the file's name without folder
  /// and extension unless given.
  Result<Ref<CompiledModule>> compile_file(const char* path, std::string_view name = {});

  /// A store with the limits and the variant of the configuration: `Store s = engine.make_store()`.
  Store make_store();

  /// How memory accesses are checked, and why, in words: "guard pages" or "explicit checks
  /// (reason)".
  MemoryMode memory_mode() const { return runtime_.memory_mode; }
  std::string_view memory_mode_text() const;
  /// How this build's interpreter goes from one operation to the next: "threaded code" or
  /// "portable".
  static std::string_view interpreter_text();

 private:
  enum class ModeReason : uint8_t { default_, configured, no_signals, interpreter, address_space };
  static ModeReason choose_mode(const Config& config);

  Config config_;
  ModeReason mode_reason_;
  Runtime runtime_;
};

}  // namespace zwasm
