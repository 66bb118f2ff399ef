#include "os/thread.hpp"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <initializer_list>
#include <type_traits>

namespace zwasm::os {

static_assert(std::is_same_v<pthread_t, unsigned long>);

namespace {

/// `allowed`: the processors that the calling thread may run on. `others`: those without the one it
/// runs on now. False if there is no other.
bool own_and_other_processors(cpu_set_t& allowed, cpu_set_t& others) {
  const int current = sched_getcpu();
  if (current < 0 || sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return false;
  others = allowed;
  CPU_CLR(static_cast<unsigned>(current), &others);
  return CPU_COUNT(&others) > 0;
}

}  // namespace

bool Thread::start(void (*run)(void*), void* argument, Placement placement, size_t stack_bytes) {
  run_ = run;
  argument_ = argument;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, stack_bytes);
  cpu_set_t allowed, others;
  const bool elsewhere =
      placement == Placement::elsewhere && own_and_other_processors(allowed, others);
  if (elsewhere) pthread_attr_setaffinity_np(&attributes, sizeof(others), &others);
  // The thread inherits the mask.
  sigset_t all, previous;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT}) {
    sigdelset(&all, fault);
  }
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  started_ = pthread_create(
                 &handle_, &attributes,
                 [](void* self) -> void* {
                   auto* thread = static_cast<Thread*>(self);
                   thread->run_(thread->argument_);
                   return nullptr;
                 },
                 this) == 0;
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  pthread_attr_destroy(&attributes);
  // It stays where it is until the kernel sees a reason to move it.
  if (started_ && elsewhere) pthread_setaffinity_np(handle_, sizeof(allowed), &allowed);
  return started_;
}

unsigned processor_count() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? static_cast<unsigned>(count) : 1;
}

void Thread::join() {
  if (started_) pthread_join(handle_, nullptr);
  started_ = false;
}

}  // namespace zwasm::os
