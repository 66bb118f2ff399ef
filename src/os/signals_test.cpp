#include "os/signals.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <cstdint>
#include <thread>

using namespace zwasm;

namespace {

sigjmp_buf chained;
volatile sig_atomic_t chained_signal = 0;

void previous_handler(int signal, siginfo_t*, void*) {
  chained_signal = signal;
  siglongjmp(chained, 1);
}

const void* refuse(const void*) { return nullptr; }

/// Runs `body` in a child process; the signal that ended it, or 0 if it exited.
template <class Body>
int signal_of(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void use_default_action() {
  for (const int signal : {SIGSEGV, SIGBUS}) {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
  }
}

void install() {
  static const char code[1] = {};
  REQUIRE(os::register_faulting_code(code, code + 1, refuse));
  os::unregister_faulting_code(code);
}

uint8_t* inaccessible_page() {
  static void* const page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return static_cast<uint8_t*>(page);
}

void write_to(uint8_t* address) {
  uint8_t* volatile pointer = address;
  *pointer = 1;
}

}  // namespace

TEST_CASE("a fault that is not ours goes to the handler that was there before") {
  // In a child, because handlers are installed once per process.
  const int signal = signal_of([] {
    struct sigaction action = {};
    action.sa_sigaction = previous_handler;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, nullptr);
    static const char code[1] = {};
    if (!os::register_faulting_code(code, code + 1, refuse)) abort();
    // Inside wasm and inside a reservation, but the program counter is in no registered code.
    if (!os::register_reservation(inaccessible_page(), 4096)) abort();
    const os::WasmScope inside(&chained);
    if (sigsetjmp(chained, 1) == 0) {
      write_to(inaccessible_page());
      abort();
    }
    if (chained_signal != SIGSEGV) abort();
  });
  CHECK(signal == 0);
}

TEST_CASE("without a previous handler a fault ends the process") {
  CHECK(signal_of([] {
          use_default_action();
          static const char code[1] = {};
          os::register_faulting_code(code, code + 1, refuse);
          write_to(inaccessible_page());
        }) == SIGSEGV);
}

TEST_CASE("a signal sent by a process follows the previous action") {
  CHECK(signal_of([] {
          use_default_action();
          static const char code[1] = {};
          os::register_faulting_code(code, code + 1, refuse);
          raise(SIGSEGV);
        }) == SIGSEGV);
  CHECK(signal_of([] {
          struct sigaction action = {};
          action.sa_handler = SIG_IGN;
          sigaction(SIGBUS, &action, nullptr);
          static const char code[1] = {};
          os::register_faulting_code(code, code + 1, refuse);
          raise(SIGBUS);
        }) == 0);
}

TEST_CASE("scopes nest, and each thread has its own") {
  install();
  int outer = 0, inner = 0;
  CHECK(os::wasm_context() == nullptr);
  {
    const os::WasmScope first(&outer);
    CHECK(os::wasm_context() == &outer);
    {
      const os::WasmScope second(&inner);
      CHECK(os::wasm_context() == &inner);
      std::thread([] { CHECK(os::wasm_context() == nullptr); }).join();
    }
    CHECK(os::wasm_context() == &outer);
  }
  CHECK(os::wasm_context() == nullptr);
}

TEST_CASE("a thread inside wasm has an alternate signal stack") {
  install();
  std::thread([] {
    int context = 0;
    const os::WasmScope inside(&context);
    stack_t stack = {};
    REQUIRE(sigaltstack(nullptr, &stack) == 0);
    CHECK((stack.ss_flags & SS_DISABLE) == 0);
  }).join();
  std::thread([] {
    static uint8_t own[65536];
    stack_t stack = {};
    stack.ss_sp = own;
    stack.ss_size = sizeof(own);
    REQUIRE(sigaltstack(&stack, nullptr) == 0);
    int context = 0;
    const os::WasmScope inside(&context);
    stack_t now = {};
    REQUIRE(sigaltstack(nullptr, &now) == 0);
    CHECK(now.ss_sp == own);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, nullptr);
  }).join();
}

TEST_CASE("more ranges than one chunk holds, and rows are used again") {
  static const char space[1000] = {};
  for (int round = 0; round < 3; ++round) {
    for (const char& byte : space) REQUIRE(os::register_reservation(&byte, 1));
    for (const char& byte : space) os::unregister_reservation(&byte);
  }
}
