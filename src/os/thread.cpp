#include "os/thread.hpp"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <initializer_list>
#include <type_traits>

namespace zwasm::os {

static_assert(std::is_same_v<pthread_t, unsigned long>);

bool Thread::start(void (*run)(void*), void* argument, size_t stack_bytes) {
  run_ = run;
  argument_ = argument;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, stack_bytes);
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
