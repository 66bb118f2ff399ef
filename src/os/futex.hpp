// Waiting for a word to change.
#pragma once

#include <atomic>
#include <cstdint>

namespace zwasm::os {

inline constexpr uint64_t no_deadline = ~uint64_t{0};

/// Sleeps while `word` is `expected`: until somebody calls futex_wake, monotonic_now() reaches
/// `deadline`, or for no reason at all; the caller looks for himself.
void futex_wait(const std::atomic<uint32_t>& word, uint32_t expected, uint64_t deadline);
/// Wakes all that sleep on `word`. From any thread, and from signal handlers.
void futex_wake(const std::atomic<uint32_t>& word);

}  // namespace zwasm::os
