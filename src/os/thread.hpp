// A thread of the engine.
#pragma once

#include <cstddef>

namespace zwasm::os {

/// Joined when destroyed. Signals are blocked in it, so that it takes none from the embedder; not
/// those that report faults of the thread itself.
class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { join(); }

  /// Starts run(argument); false if the system refuses. Not while it runs already.
  [[nodiscard]] bool start(void (*run)(void*), void* argument, size_t stack_bytes = 128 * 1024);
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
