// The limit that --timeout sets.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "engine/engine.hpp"
#include "os/event.hpp"
#include "os/thread.hpp"

namespace zwasm::cli {

/// Ends the process, or what runs in a store, when time is up. Reading, decoding and validating
/// know nothing of it: until there is a store to watch, the process ends where it is. A store is
/// interrupted, so that it can say where it was; only what does not listen to that for a second
/// more, such as a system call that blocks, ends with the process.
class TimeLimit {
 public:
  TimeLimit() = default;
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  ~TimeLimit();

  /// Starts the clock. `file` is what messages name, `exit_code` the process's if it has to end.
  Status start(uint64_t nanoseconds, std::string file, int exit_code);
  /// From now on `store` is what runs; it outlives this.
  Status watch(Store& store);
  /// Before the caller says how the command has failed. From then on the process ends without a
  /// word if it does not end in time. Does not return if it is ending already.
  void before_report();
  /// "timeout of 2 s expired".
  std::string message() const;

 private:
  static void run(void* self);
  [[noreturn]] void end_process();

  uint64_t limit_ = 0;  ///< in nanoseconds
  uint64_t deadline_ = 0;
  std::string file_;
  int exit_code_ = 0;
  os::Event done_;
  std::mutex mutex_;
  std::atomic<bool> has_reported_ = false;  ///< somebody has said why the command ends
  Store* store_ = nullptr;
  os::Thread thread_;  ///< last, so that the others are there as long as it runs
};

}  // namespace zwasm::cli
