// Faults of running wasm code: the process-wide registry behind the SIGSEGV and SIGBUS handlers. It
// is the library's only global state.
//
// A fault is taken only if the thread is inside wasm, the program counter is in registered code,
// and the address lies in a registered reservation. Every other signal goes where it would have
// gone without this file: to the handler that was installed before, or to the default action.
#pragma once

#include <cstddef>

namespace zwasm::os {

/// Where to continue after a fault at `pc`, in registered code; null to refuse it. Called in a
/// signal handler. All other registers stay as they were at the fault.
using FaultResolver = const void* (*)(const void* pc);

/// Declares that the code in [begin, end) may fault. Installs the signal handlers first if they are
/// not installed. False if that fails or there is no memory. Any thread.
bool register_faulting_code(const void* begin, const void* end, FaultResolver resolver);
/// Takes back the registration that began at `begin`. No thread may be running that code.
void unregister_faulting_code(const void* begin);

/// Declares that faults in [begin, begin + bytes) come from wasm's memory accesses. False if there
/// is no memory. Any thread.
bool register_reservation(const void* begin, size_t bytes);
/// Takes back the registration that began at `begin`; to be called before the range is unmapped.
void unregister_reservation(const void* begin);

namespace detail {
struct SignalThread {
  void* wasm_context;  ///< what runs on this thread; null outside wasm
  bool prepared;       ///< has an alternate signal stack, or needs none
};
extern constinit thread_local SignalThread signal_thread
    __attribute__((tls_model("initial-exec")));
void prepare_signal_thread();
}  // namespace detail

/// This thread is inside wasm as long as this object lives. Scopes nest.
class WasmScope {
 public:
  explicit WasmScope(void* context) : previous_(detail::signal_thread.wasm_context) {
    if (!detail::signal_thread.prepared) [[unlikely]] detail::prepare_signal_thread();
    detail::signal_thread.wasm_context = context;
  }
  ~WasmScope() { detail::signal_thread.wasm_context = previous_; }
  WasmScope(const WasmScope&) = delete;
  WasmScope& operator=(const WasmScope&) = delete;

 private:
  void* previous_;
};

/// The context of the innermost WasmScope of this thread, or null.
inline void* wasm_context() { return detail::signal_thread.wasm_context; }

}  // namespace zwasm::os
