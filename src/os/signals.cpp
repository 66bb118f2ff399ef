#include "os/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <atomic>
#include <cstdint>
#include <mutex>

namespace zwasm::os {

constinit thread_local detail::SignalThread detail::signal_thread = {nullptr, false};

namespace {

/// Address ranges, read by signal handlers without a lock. Chunks and rows are only ever added; a
/// row whose range was taken back is free (end 0) and used again.
class RangeRegistry {
 public:
  bool add(uintptr_t begin, uintptr_t end, FaultResolver resolver) {
    const std::lock_guard lock(mutex_);
    Chunk* chunk = &first_;
    while (true) {
      for (Row& row : chunk->rows) {
        if (row.end.load(std::memory_order_relaxed) != 0) continue;
        row.begin.store(begin, std::memory_order_relaxed);
        row.resolver.store(resolver, std::memory_order_relaxed);
        row.end.store(end, std::memory_order_release);
        return true;
      }
      Chunk* next = chunk->next.load(std::memory_order_relaxed);
      if (next == nullptr) {
        void* const memory = mmap(nullptr, sizeof(Chunk), PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return false;
        next = new (memory) Chunk();
        chunk->next.store(next, std::memory_order_release);
      }
      chunk = next;
    }
  }

  void remove(uintptr_t begin) {
    const std::lock_guard lock(mutex_);
    for (Chunk* chunk = &first_; chunk != nullptr;
         chunk = chunk->next.load(std::memory_order_relaxed)) {
      for (Row& row : chunk->rows) {
        if (row.end.load(std::memory_order_relaxed) != 0 &&
            row.begin.load(std::memory_order_relaxed) == begin) {
          row.end.store(0, std::memory_order_release);
          return;
        }
      }
    }
  }

  /// Whether some range holds `address`; its resolver. Safe in signal handlers. Ranges that another
  /// thread adds or removes meanwhile may be found or not; the caller's own is always whole.
  bool find(uintptr_t address, FaultResolver* resolver) const {
    for (const Chunk* chunk = &first_; chunk != nullptr;
         chunk = chunk->next.load(std::memory_order_acquire)) {
      for (const Row& row : chunk->rows) {
        const uintptr_t end = row.end.load(std::memory_order_acquire);
        const uintptr_t begin = row.begin.load(std::memory_order_relaxed);
        if (address >= end || address < begin) continue;
        *resolver = row.resolver.load(std::memory_order_relaxed);
        return true;
      }
    }
    return false;
  }

 private:
  struct Row {
    std::atomic<uintptr_t> begin{0};
    std::atomic<uintptr_t> end{0};  ///< 0 in a free row; written last
    std::atomic<FaultResolver> resolver{nullptr};
  };
  struct Chunk {
    Row rows[64];
    std::atomic<Chunk*> next{nullptr};
  };
  static_assert(std::atomic<uintptr_t>::is_always_lock_free);

  std::mutex mutex_;
  Chunk first_;
};

constinit RangeRegistry faulting_code;
constinit RangeRegistry reservations;

constexpr int fault_signals[] = {SIGSEGV, SIGBUS};
struct sigaction previous_actions[2];
std::mutex install_mutex;
std::atomic<bool> installed{false};

struct sigaction& previous_action(int signal) {
  return previous_actions[signal == SIGBUS ? 1 : 0];
}

/// Does what would have happened if our handler were not there.
void chain(int signal, siginfo_t* info, void* context) {
  struct sigaction& previous = previous_action(signal);
  const bool is_fault = info->si_code > 0;  // else sent by a process
  const bool is_default = (previous.sa_flags & SA_SIGINFO) == 0 && previous.sa_handler == SIG_DFL;
  const bool is_ignored = (previous.sa_flags & SA_SIGINFO) == 0 && previous.sa_handler == SIG_IGN;
  if (is_ignored && !is_fault) return;
  if (is_default || is_ignored) {
    // A fault happens again when this returns, and ignoring it is not possible.
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
    if (!is_fault) raise(signal);
    return;
  }
  sigset_t mask = previous.sa_mask, old_mask;
  if ((previous.sa_flags & SA_NODEFER) == 0) sigaddset(&mask, signal);
  pthread_sigmask(SIG_BLOCK, &mask, &old_mask);
  const struct sigaction handler = previous;
  if ((static_cast<unsigned>(previous.sa_flags) & SA_RESETHAND) != 0) {
    previous.sa_flags = 0;
    previous.sa_handler = SIG_DFL;
  }
  if ((handler.sa_flags & SA_SIGINFO) != 0) {
    handler.sa_sigaction(signal, info, context);
  } else {
    handler.sa_handler(signal);
  }
  pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
}

uintptr_t program_counter(const ucontext_t& context) {
#if defined(__x86_64__)
  return static_cast<uintptr_t>(context.uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return context.uc_mcontext.pc;
#else
#error "no access to the program counter on this processor"
#endif
}

void set_program_counter(ucontext_t& context, uintptr_t pc) {
#if defined(__x86_64__)
  context.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(pc);
#else
  context.uc_mcontext.pc = pc;
#endif
}

void handle_fault(int signal, siginfo_t* info, void* context) {
  if (detail::signal_thread.wasm_context != nullptr && info->si_code > 0) {
    auto& machine = *static_cast<ucontext_t*>(context);
    const uintptr_t pc = program_counter(machine);
    FaultResolver resolver = nullptr, unused = nullptr;
    if (faulting_code.find(pc, &resolver) &&
        reservations.find(reinterpret_cast<uintptr_t>(info->si_addr), &unused)) {
      const void* const resume = resolver(reinterpret_cast<const void*>(pc));
      if (resume != nullptr) {
        set_program_counter(machine, reinterpret_cast<uintptr_t>(resume));
        return;
      }
    }
  }
  chain(signal, info, context);
}

bool install_handlers() {
  if (installed.load(std::memory_order_acquire)) return true;
  const std::lock_guard lock(install_mutex);
  if (installed.load(std::memory_order_relaxed)) return true;
  for (const int signal : fault_signals) {
    // Asked for first, because a signal may arrive as soon as the handler is installed.
    if (sigaction(signal, nullptr, &previous_action(signal)) != 0) return false;
    struct sigaction action = {};
    action.sa_sigaction = handle_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    if (sigaction(signal, &action, nullptr) != 0) return false;
  }
  installed.store(true, std::memory_order_release);
  return true;
}

/// A thread's alternate signal stack, if it had none. Handlers of others that we chain to may need
/// it.
class AlternateStack {
 public:
  AlternateStack() {
    stack_t current;
    if (sigaltstack(nullptr, &current) != 0 || (current.ss_flags & SS_DISABLE) == 0) return;
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return;
    stack_t stack = {};
    stack.ss_sp = memory;
    stack.ss_size = size;
    if (sigaltstack(&stack, nullptr) != 0) {
      munmap(memory, size);
      return;
    }
    memory_ = memory;
  }
  ~AlternateStack() {
    detail::signal_thread.prepared = false;
    if (memory_ == nullptr) return;
    stack_t current;
    if (sigaltstack(nullptr, &current) == 0 && current.ss_sp == memory_) {
      stack_t none = {};
      none.ss_flags = SS_DISABLE;
      sigaltstack(&none, nullptr);
    }
    munmap(memory_, size);
  }

 private:
  static constexpr size_t size = 64 * 1024;
  void* memory_ = nullptr;
};

}  // namespace

void detail::prepare_signal_thread() {
  if (!installed.load(std::memory_order_acquire)) return;
  static thread_local AlternateStack stack;
  static_cast<void>(&stack);
  signal_thread.prepared = true;
}

bool register_faulting_code(const void* begin, const void* end, FaultResolver resolver) {
  return install_handlers() && faulting_code.add(reinterpret_cast<uintptr_t>(begin),
                                                 reinterpret_cast<uintptr_t>(end), resolver);
}

void unregister_faulting_code(const void* begin) {
  faulting_code.remove(reinterpret_cast<uintptr_t>(begin));
}

bool register_reservation(const void* begin, size_t bytes) {
  const auto address = reinterpret_cast<uintptr_t>(begin);
  return reservations.add(address, address + bytes, nullptr);
}

void unregister_reservation(const void* begin) {
  reservations.remove(reinterpret_cast<uintptr_t>(begin));
}

}  // namespace zwasm::os
