// Shows what becomes of a function: for people who look into the engine.
#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/compiled_module.hpp"

namespace zwasm {

/// Prints functions of one module, which outlives it. Not thread-safe.
class FunctionPrinter {
 public:
  /// The variant to print: which charges fuel, relies on guard pages, makes NaNs canonical.
  struct Options {
    Features features;
    bool metered = false;
    bool guard_pages = true;
    bool deterministic = false;
  };

  FunctionPrinter(const CompiledModule& module, const Options& options);

  /// The instructions as decoding hands them on; `function` is defined, as below.
  Result<std::string> predecoded(uint32_t function);
  Result<std::string> register_ir(uint32_t function);

 private:
  const Module& module_;
  LoweringOptions options_;
  Lowering lowering_;
};

}  // namespace zwasm
