// Arguments, environment, clocks, random numbers, and the end of the guest.
#include <sched.h>
#include <signal.h>

#include <cstring>

#include "wasi/p1/handlers.hpp"
#include "wasi/poll.hpp"

namespace zwasm::wasi::p1 {
namespace {

Errno store_strings(const GuestMemory& memory, const StringTable& strings, Pointer pointers,
                    Pointer buffer) {
  const std::span<const char> bytes = strings.bytes();
  const uint64_t array_size = uint64_t{strings.count()} * sizeof(Pointer);
  uint8_t* copy = memory.at(buffer, bytes.size());
  if (!memory.contains(pointers, array_size) || copy == nullptr) {
    return bytes.empty() ? Errno::success : Errno::out_of_bounds;
  }
  if (bytes.empty()) return Errno::success;
  std::memcpy(copy, bytes.data(), bytes.size());
  // Offsets come from the host's copy: the arrays may overlap in the guest.
  size_t start = 0;
  for (uint32_t i = 0; i < strings.count(); ++i) {
    ZWASM_WASI_CHECK(memory.store(pointers + i * uint32_t{sizeof(Pointer)},
                                  static_cast<Pointer>(buffer + start)));
    start += std::strlen(bytes.data() + start) + 1;
  }
  return Errno::success;
}

Errno store_sizes(const GuestMemory& memory, const StringTable& strings, Pointer count,
                  Pointer size) {
  if (strings.bytes().size() > UINT32_MAX) return Errno::overflow;
  ZWASM_WASI_CHECK(memory.store(count, strings.count()));
  return memory.store(size, static_cast<Size>(strings.bytes().size()));
}

/// WASI's numbers are Linux' up to 15 and differ above.
int host_signal(uint32_t signal) {
  constexpr int above[] = {SIGCHLD, SIGCONT,   SIGSTOP, SIGTSTP,  SIGTTIN, SIGTTOU, SIGURG, SIGXCPU,
                           SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGPOLL, SIGPWR,  SIGSYS};
  return signal <= SIGTERM ? static_cast<int>(signal) : above[signal - SIGTERM - 1];
}

}  // namespace

Errno args_get(Call& call, Pointer argv, Pointer argv_buf) {
  return store_strings(call.memory, call.host.arguments(), argv, argv_buf);
}

Errno args_sizes_get(Call& call, Pointer argc, Pointer argv_buf_size) {
  return store_sizes(call.memory, call.host.arguments(), argc, argv_buf_size);
}

Errno environ_get(Call& call, Pointer environ, Pointer environ_buf) {
  return store_strings(call.memory, call.host.environment(), environ, environ_buf);
}

Errno environ_sizes_get(Call& call, Pointer count, Pointer buf_size) {
  return store_sizes(call.memory, call.host.environment(), count, buf_size);
}

Errno clock_res_get(Call& call, uint32_t id, Pointer result) {
  uint64_t value;
  const ClockSource& clock = call.host.clock();
  ZWASM_WASI_CHECK(clock.resolution(clock.data, static_cast<ClockId>(id), value));
  return call.memory.store(result, value);
}

Errno clock_time_get(Call& call, uint32_t id, uint64_t, Pointer result) {
  uint64_t value;
  const ClockSource& clock = call.host.clock();
  ZWASM_WASI_CHECK(clock.now(clock.data, static_cast<ClockId>(id), value));
  return call.memory.store(result, value);
}

Errno random_get(Call& call, Pointer buf, Size buf_len) {
  uint8_t* bytes = call.memory.at(buf, buf_len);
  if (buf_len == 0) return Errno::success;
  if (bytes == nullptr) return Errno::out_of_bounds;
  // In pieces, so that filling gigabytes can be cancelled.
  constexpr Size piece = 1u << 20;
  const RandomSource& random = call.host.random();
  for (Size done = 0; done < buf_len;) {
    const Size count = buf_len - done < piece ? buf_len - done : piece;
    ZWASM_WASI_CHECK(random.fill(random.data, {bytes + done, count}));
    done += count;
    if (done < buf_len) ZWASM_WASI_CHECK(check_cancelled(call.cancel_fd));
  }
  return Errno::success;
}

Errno sched_yield(Call&) {
  ::sched_yield();
  return Errno::success;
}

Errno proc_exit(Call& call, uint32_t code) {
  call.exit_code = code;
  return Errno::exited;
}

Errno proc_raise(Call& call, uint32_t signal) {
  constexpr uint32_t last_signal = 30;
  if (signal > last_signal) return Errno::inval;
  const int number = host_signal(signal);
  switch (number) {
    case 0:
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH: return Errno::success;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: return Errno::notsup;
    default:  // over int, not over an enum of ours
      call.exit_code = 128 + static_cast<uint32_t>(number);
      return Errno::exited;
  }
}

}  // namespace zwasm::wasi::p1
