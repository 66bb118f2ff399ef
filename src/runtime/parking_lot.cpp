#include "runtime/parking_lot.hpp"

#include "os/clock.hpp"
#include "os/futex.hpp"
#include "wasm/atomic_semantics.hpp"

namespace zwasm {

void ParkingLot::remove(Waiter& waiter) {
  (waiter.previous != nullptr ? waiter.previous->next : first_) = waiter.next;
  (waiter.next != nullptr ? waiter.next->previous : last_) = waiter.previous;
}

template <class T>
WaitOutcome ParkingLot::wait_for(ExecutionContext& context, uint64_t address, const T* at,
                                 T expected, int64_t timeout) {
  uint64_t deadline = os::no_deadline;
  if (timeout >= 0) {
    const uint64_t now = os::monotonic_now();
    const auto span = static_cast<uint64_t>(timeout);
    if (span < os::no_deadline - now) deadline = now + span;
  }
  Waiter waiter = {address, &context, nullptr, nullptr, false};
  std::unique_lock lock(mutex_);
  // Compared under the lock: who changes the number afterwards notifies afterwards.
  if (semantics::atomic::load(at) != expected) return WaitOutcome::not_equal;
  waiter.previous = last_;
  (last_ != nullptr ? last_->next : first_) = &waiter;
  last_ = &waiter;
  for (;;) {
    // `interrupt` sets the flag before it changes the word, so one of the two is seen here.
    context.wake_word.store(0);
    if (waiter.chosen) return WaitOutcome::woken;
    if (context.interrupt.load() != 0) {
      remove(waiter);
      return WaitOutcome::interrupted;
    }
    if (deadline != os::no_deadline && os::monotonic_now() >= deadline) {
      remove(waiter);
      return WaitOutcome::timed_out;
    }
    lock.unlock();
    os::futex_wait(context.wake_word, 0, deadline);
    lock.lock();
  }
}

WaitOutcome ParkingLot::wait(ExecutionContext& context, uint64_t address, const uint32_t* at,
                             uint32_t expected, int64_t timeout) {
  return wait_for(context, address, at, expected, timeout);
}

WaitOutcome ParkingLot::wait(ExecutionContext& context, uint64_t address, const uint64_t* at,
                             uint64_t expected, int64_t timeout) {
  return wait_for(context, address, at, expected, timeout);
}

uint32_t ParkingLot::notify(uint64_t address, uint32_t count) {
  const std::lock_guard lock(mutex_);
  uint32_t woken = 0;
  for (Waiter* waiter = first_; waiter != nullptr && woken != count;) {
    Waiter* const next = waiter->next;
    if (waiter->address == address) {
      remove(*waiter);
      waiter->chosen = true;
      // The waiter needs the lock to go on: until this function ends, it and its store are there.
      waiter->context->wake_word.store(1);
      os::futex_wake(waiter->context->wake_word);
      ++woken;
    }
    waiter = next;
  }
  return woken;
}

uint32_t ParkingLot::waiting() const {
  const std::lock_guard lock(mutex_);
  uint32_t count = 0;
  for (const Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) ++count;
  return count;
}

}  // namespace zwasm
