// A thread of the engine.
#pragma once

#include <cstddef>

namespace zwasm::os {

/// Where a thread first runs. Some kernels put a new thread onto its creator's processor and move
/// it only after several milliseconds, although another one is idle; `elsewhere` prevents that for
/// threads that share out work of a few milliseconds. Later it may run anywhere in either case.
enum class Placement { anywhere, elsewhere };

/// Joined when destroyed. Signals are blocked in it, so that it takes none from the embedder; not
/// those that report faults of the thread itself.
class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { join(); }

  /// Starts run(argument); false if the system refuses. Not while it runs already.
  [[nodiscard]] bool start(void (*run)(void*), void* argument,
                           Placement placement = Placement::anywhere,
                           size_t stack_bytes = 128 * 1024);
  void join();
  bool started() const { return started_; }

 private:
  void (*run_)(void*) = nullptr;
  void* argument_ = nullptr;
  unsigned long handle_ = 0;
  bool started_ = false;
};

/// Processors that this thread may run on; at least 1.
unsigned processor_count();

}  // namespace zwasm::os
