// For those who want to see what a store does: traces, profiles.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/slots.hpp"
#include "wasm/types.hpp"

namespace zwasm {

class ModuleCode;

/// Told of what happens in a store, on the thread that runs it. Override what is of interest. Must
/// not call into the store. A store without one pays nothing.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Wasm or the embedder is about to call a host function that a linker has defined; `args` are as
  /// in slots (a v128 takes two).
  virtual void host_call(std::string_view /*module*/, std::string_view /*name*/,
                         const FuncType& /*type*/, const Slot* /*args*/) {}
  /// It has returned: results, if `kind` is none.
  virtual void host_return(std::string_view /*module*/, std::string_view /*name*/,
                           const FuncType& /*type*/, const Slot* /*results*/, TrapKind /*kind*/) {}
  /// memory.grow from `old_size` by `delta` pages, or table.grow by elements, has been executed.
  virtual void memory_grow(uint32_t /*memory*/, uint64_t /*old_size*/, uint64_t /*delta*/,
                           uint64_t /*page_size*/, bool /*grown*/) {}
  virtual void table_grow(uint32_t /*table*/, uint64_t /*old_size*/, uint64_t /*delta*/,
                          bool /*grown*/) {}
  /// A function has been made runnable because it was called first, or could not be.
  virtual void function_lowered(const ModuleCode& /*module*/, uint32_t /*function*/,
                                uint64_t /*nanoseconds*/, bool /*succeeded*/) {}
};

}  // namespace zwasm
