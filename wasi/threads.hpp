// wasi-threads: a guest with several threads.
//
//   wasi::Threads threads(store, linker);                 // after the guest's other imports
//   ZWASM_CHECK(threads.define(module));
//   Instance* instance = ZWASM_TRY(linker.instantiate(store, module));
//   Status status = store.call(*instance->exported_func("_start"), {}, {});
//   if (const Error* error = threads.stop()) ...          // how another thread ended the guest
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "os/thread.hpp"
#include "runtime/linker.hpp"
#include "runtime/store.hpp"

namespace zwasm::wasi {

/// The threads of one guest. Each has a store of its own on the same engine, with an instance of
/// the module; they share the module's imported memory and what host functions refer to. A thread
/// that traps or calls proc_exit ends them all.
class Threads {
 public:
  static constexpr std::string_view module_name = "wasi";
  static constexpr std::string_view function_name = "thread-spawn";
  static constexpr uint32_t max_thread_id = (1u << 29) - 1;
  /// How many may run at a time, besides the first one.
  static constexpr uint32_t max_threads = 1024;

  /// `main` is the store of the first thread. Both outlive this; the linker is not changed any more
  /// once the module is instantiated.
  Threads(Store& main, Linker& linker);
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads();

  /// A module of which the linker has an instance as module `name`: each thread gets an instance of
  /// its own, made after those of the libraries added before. Before `define`.
  void add_library(std::string_view name, const Ref<ModuleCode>& module);

  /// Defines thread-spawn, and makes the shared memories that the module imports, unless the linker
  /// has them. Thread-spawn returns an error in a guest that cannot have threads: one that exports
  /// no wasi_thread_start, imports no shared memory, or imports what belongs to the first store;
  /// the last holds for libraries, too.
  Status define(const Ref<ModuleCode>& module);

  /// Ends all threads but the first, whose thread calls this, and waits for them. Returns how one
  /// of them ended the guest, or null if none did before this was called. Can be called again.
  const Error* stop();
  /// With an error of `stop`: the store of the thread that it comes from.
  const Store& failed_store() const { return *failed_store_; }

 private:
  struct Thread {
    Thread(Threads& the_group, uint32_t the_argument)
        : group(&the_group), argument(the_argument) {}

    Threads* const group;
    uint32_t id = 0;
    const uint32_t argument;
    std::unique_ptr<Store> store;  ///< null when it has ended
    const FuncRef* start = nullptr;
    Thread* next = nullptr;
    bool joinable = false;  ///< its parent has done with it
    os::Thread thread;
  };
  struct Library {
    std::string name;
    Ref<ModuleCode> module;
  };
  static TrapKind call_spawn(void* self, VMContext* caller, Slot* args);
  static void run(void* thread);
  int32_t spawn(Store& parent, uint32_t argument);
  uint32_t next_id();
  bool can_be_repeated(const ModuleCode& module, size_t libraries);
  const Library* find_library(std::string_view name, size_t count) const;
  Status prepare(Thread& thread, Store& parent);
  Status instantiate(Thread& thread);
  void fail(Thread& thread, Error error);
  void finished(Thread& thread, Status status);
  void interrupt_all();
  Thread* take_joinable(bool even_running);
  void forget(Thread& thread);

  Store& main_;
  Linker& linker_;
  Ref<ModuleCode> module_;
  Vector<Library> libraries_;
  bool can_spawn_ = false;

  std::condition_variable changed_;  ///< a thread is joinable or forgotten
  std::mutex mutex_;  ///< guards what follows; never held while a guest runs
  Thread* threads_ = nullptr;
  uint32_t running_ = 0;
  uint32_t last_id_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
  std::unique_ptr<Store> failed_store_;
};

}  // namespace zwasm::wasi
