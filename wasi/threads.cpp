#include "wasi/threads.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/instance.hpp"
#include "wasi/types.hpp"

namespace zwasm::wasi {
namespace {

constexpr std::string_view start_name = "wasi_thread_start";
/// Of the host's stack: wasm has its own.
constexpr size_t stack_bytes = size_t{1} << 20;
constexpr ValType start_params[] = {valtype::i32, valtype::i32};

constexpr int32_t failure(Errno error) { return -static_cast<int32_t>(error); }

/// Whether an instantiation failed by what the module's start function or segments did, not for
/// lack of something.
bool ran_wasm(const Error& error) {
  return error.kind == ErrorKind::trap || error.kind == ErrorKind::exception ||
         error.kind == ErrorKind::exit || error.trap == TrapKind::call_stack_exhausted ||
         error.trap == TrapKind::out_of_fuel;
}

bool exports_start(const Module& module) {
  for (const Export& item : module.exports) {
    if (item.kind != ExternKind::func || item.name != start_name) continue;
    const FuncType& type = module.func_type(FuncIndex{item.index});
    return type.params.size() == 2 && type.params[0] == start_params[0] &&
           type.params[1] == start_params[1] && type.results.empty();
  }
  return false;
}

}  // namespace

Threads::Threads(Store& main, Linker& linker) : main_(main), linker_(linker) {}

Threads::~Threads() { stop(); }

Status Threads::define(const Ref<ModuleCode>& module) {
  linker_.define_func(module_name, function_name, FuncType{{start_params, 1}, {start_params, 1}},
                      &call_spawn, this);
  if (!main_.make_cancellable()) {
    return make_error(ErrorKind::host, Error::no_offset, "no descriptor left for threads");
  }
  const Module& declared = module->module();
  bool shares = false;
  for (const Import& import : declared.imports) {
    if (import.kind != ExternKind::memory || !declared.memories[import.index].shared) continue;
    shares = true;
    Extern value;
    if (linker_.find(main_, import.module, import.name, value)) continue;
    MemoryInstance* memory = ZWASM_TRY(main_.make_memory(declared.memories[import.index]));
    linker_.define_extern(import.module, import.name, Extern(*memory));
  }
  module_ = module;
  can_spawn_ = shares && exports_start(declared) && can_be_repeated(*module, libraries_.size());
  for (size_t i = 0; i < libraries_.size(); ++i) {
    if (!can_be_repeated(*libraries_[i].module, i)) can_spawn_ = false;
  }
  return {};
}

void Threads::add_library(std::string_view name, const Ref<ModuleCode>& module) {
  libraries_.push_back({std::string(name), module});
}

/// The last one of that name among the first `count`.
const Threads::Library* Threads::find_library(std::string_view name, size_t count) const {
  while (count-- != 0) {
    if (libraries_[count].name == name) return &libraries_[count];
  }
  return nullptr;
}

/// Whether an instance in another store can do what the one in the first store does: what it
/// imports is of the host, a shared memory, or of the first `libraries` libraries.
bool Threads::can_be_repeated(const ModuleCode& module, size_t libraries) {
  const Module& declared = module.module();
  // A shared memory that is not imported would be another one for each thread.
  const auto own = declared.memories.subspan(declared.imported_memories);
  if (std::ranges::any_of(own, &MemoryType::shared)) return false;
  return std::ranges::all_of(declared.imports, [&](const Import& import) {
    if (find_library(import.module, libraries) != nullptr) return true;
    if (import.kind == ExternKind::memory) return declared.memories[import.index].shared;
    if (import.kind != ExternKind::func) return false;
    // Not found may be allowed; a function of an instance belongs to the first store.
    Extern value;
    return !linker_.find(main_, import.module, import.name, value) ||
           value.kind != ExternKind::func || value.func->vmctx == nullptr;
  });
}

TrapKind Threads::call_spawn(void* self, VMContext* caller, Slot* args) {
  const int32_t result = static_cast<Threads*>(self)->spawn(*caller->execution->store,
                                                            static_cast<uint32_t>(args[0]));
  args[0] = static_cast<uint32_t>(result);
  return TrapKind::none;
}

int32_t Threads::spawn(Store& parent, uint32_t argument) {
  if (!can_spawn_) return failure(Errno::notsup);
  while (true) {
    Thread* ended;
    {
      const std::lock_guard lock(mutex_);
      ended = take_joinable(false);
    }
    if (ended == nullptr) break;
    delete ended;
  }
  auto* thread = new (std::nothrow) Thread(*this, argument);
  if (thread == nullptr) return failure(Errno::nomem);
  thread->store.reset(new (std::nothrow)
                          Store(main_.runtime(), main_.limits(), main_.variant()));
  if (thread->store == nullptr || !thread->store->make_cancellable()) {
    delete thread;
    return failure(Errno::nomem);
  }
  uint32_t id;
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || running_ == max_threads) {
      delete thread;
      return failure(Errno::again);
    }
    id = thread->id = next_id();
    thread->next = threads_;
    threads_ = thread;
    ++running_;
  }
  // From here on the store can be interrupted.
  Status prepared = prepare(*thread, parent);
  if (!prepared.ok()) {
    if (ran_wasm(prepared.error())) fail(*thread, prepared.take_error());
    forget(*thread);
    return failure(Errno::again);
  }
  if (!thread->thread.start(&run, thread, os::Placement::elsewhere, stack_bytes)) {
    forget(*thread);
    return failure(Errno::again);
  }
  const std::lock_guard lock(mutex_);
  thread->joinable = true;  // and may be gone as soon as the lock is given back
  changed_.notify_all();
  return static_cast<int32_t>(id);
}

/// The lowest number above the last one that no thread has, beginning again after the greatest one.
uint32_t Threads::next_id() {
  for (;;) {
    last_id_ = last_id_ == max_thread_id ? 1 : last_id_ + 1;
    const Thread* other = threads_;
    while (other != nullptr && other->id != last_id_) other = other->next;
    if (other == nullptr) return last_id_;
  }
}

/// Makes the thread's instance. Its start function, if there is one, runs on the parent's thread.
Status Threads::prepare(Thread& thread, Store& parent) {
  Store& store = *thread.store;
  store.share_memory_limit(main_);
  if (store.variant() == Variant::metered) {
    // What is left is shared, so that threads cannot multiply it.
    const uint64_t half = parent.fuel() / 2;
    store.set_fuel(half);
    parent.set_fuel(parent.fuel() - half);
  }
  return instantiate(thread);
}

Status Threads::instantiate(Thread& thread) {
  Linker linker;
  linker.set_base(linker_);
  for (const Library& library : libraries_.span()) {
    Instance* const instance = ZWASM_TRY(linker.instantiate(*thread.store, library.module));
    linker.define_instance(library.name, *instance);
  }
  Instance* const instance = ZWASM_TRY(linker.instantiate(*thread.store, module_));
  thread.start = instance->exported_func(start_name);
  return {};
}

void Threads::run(void* argument) {
  Thread& thread = *static_cast<Thread*>(argument);
  const Slot args[] = {thread.id, thread.argument};
  thread.group->finished(thread, thread.store->call_slots(*thread.start, args, {}));
}

/// At the end of a thread, on it.
void Threads::finished(Thread& thread, Status status) {
  if (!status.ok()) fail(thread, status.take_error());
  std::unique_ptr<Store> store;  // destroyed after the lock was given back
  const std::lock_guard lock(mutex_);
  store = std::move(thread.store);
  --running_;
}

/// Ends the guest with the error of a thread, unless it has ended.
void Threads::fail(Thread& thread, Error error) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  ended_ = true;
  error_ = std::move(error);
  failed_store_ = std::move(thread.store);
  main_.interrupt();
  interrupt_all();
}

void Threads::interrupt_all() {
  for (Thread* thread = threads_; thread != nullptr; thread = thread->next) {
    if (thread->store != nullptr) thread->store->interrupt();
  }
}

/// Takes a thread that has ended, or any, from the list; null if there is none. With the lock held.
Threads::Thread* Threads::take_joinable(bool even_running) {
  for (Thread** link = &threads_; *link != nullptr; link = &(*link)->next) {
    if (!(*link)->joinable || (!even_running && (*link)->store != nullptr)) continue;
    return std::exchange(*link, (*link)->next);
  }
  return nullptr;
}

/// Removes a thread that was never started.
void Threads::forget(Thread& thread) {
  {
    const std::lock_guard lock(mutex_);
    Thread** link = &threads_;
    while (*link != &thread) link = &(*link)->next;
    *link = thread.next;
    --running_;
    changed_.notify_all();
  }
  delete &thread;
}

const Error* Threads::stop() {
  std::unique_lock lock(mutex_);
  ended_ = true;  // from now on no thread is added
  interrupt_all();
  while (threads_ != nullptr) {
    Thread* const thread = take_joinable(true);
    if (thread == nullptr) {
      changed_.wait(lock);  // for a thread that is starting another one
      continue;
    }
    lock.unlock();
    delete thread;
    lock.lock();
  }
  if (!error_) return nullptr;
  main_.clear_interrupt();
  return &*error_;
}

}  // namespace zwasm::wasi
