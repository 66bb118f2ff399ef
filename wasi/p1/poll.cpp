#include "wasi/poll.hpp"

#include <sys/ioctl.h>

#include "base/vector.hpp"
#include "wasi/p1/handlers.hpp"
#include "wasi/p1/layout.hpp"

namespace zwasm::wasi::p1 {
namespace {

/// More than any table of descriptors and clocks needs; bounds what one call can make the host
/// hold.
constexpr Size max_subscriptions = 1u << 16;
constexpr uint16_t subclock_abstime = 1;
constexpr uint16_t eventrw_hangup = 1;
constexpr uint32_t no_entry = ~uint32_t{0};

/// A subscription, read once from the guest.
struct Wanted {
  uint64_t userdata;
  uint8_t type;
  bool is_done;    ///< has its event already
  Errno error;     ///< of the event
  uint32_t entry;  ///< in the pollfd list, or no_entry
  uint64_t left;   ///< nanoseconds until a clock's event
};

Errno load(const Call& call, uint64_t pointer, Wanted& wanted, SubscriptionClock& clock, Fd& fd) {
  if (call.abi == Abi::preview1) {
    Subscription subscription;
    ZWASM_WASI_CHECK(call.memory.load(pointer, subscription));
    wanted.userdata = subscription.userdata;
    wanted.type = subscription.tag;
    clock = subscription.clock;
    fd = subscription.fd;
  } else {
    UnstableSubscription subscription;
    ZWASM_WASI_CHECK(call.memory.load(pointer, subscription));
    wanted.userdata = subscription.userdata;
    wanted.type = subscription.tag;
    clock = subscription.clock.clock;
    fd = subscription.fd;
  }
  return Errno::success;
}

/// How long until the clock's event.
Errno time_left(const ClockSource& source, const SubscriptionClock& clock, uint64_t& left) {
  uint64_t now;
  const ClockId id = static_cast<ClockId>(clock.id);
  ZWASM_WASI_CHECK(source.now(source.data, id, now));
  // Processor time stands still while the guest waits.
  if (id == ClockId::process_cputime || id == ClockId::thread_cputime) return Errno::notsup;
  if ((clock.flags & ~subclock_abstime) != 0) return Errno::inval;
  left = clock.timeout;
  if ((clock.flags & subclock_abstime) != 0) {
    left = clock.timeout > now ? clock.timeout - now : 0;
  }
  constexpr uint64_t forever = INT64_MAX;  // 292 years; also what a timespec can hold
  if (left > forever) left = forever;
  return Errno::success;
}

Event make_event(const Wanted& wanted, Errno error) {
  Event event;
  event.userdata = wanted.userdata;
  event.error = static_cast<uint16_t>(error);
  event.type = wanted.type;
  return event;
}

Event make_fd_event(const Wanted& wanted, const pollfd& ready) {
  if ((ready.revents & POLLNVAL) != 0) return make_event(wanted, Errno::badf);
  Event event = make_event(wanted, Errno::success);
  int available = 0;
  if (wanted.type == event_fd_read && ::ioctl(ready.fd, FIONREAD, &available) == 0) {
    event.nbytes = available > 0 ? static_cast<uint64_t>(available) : 0;
  }
  if ((ready.revents & POLLHUP) != 0) event.flags = eventrw_hangup;
  return event;
}

}  // namespace

Errno poll_oneoff(Call& call, Pointer in, Pointer out, Size nsubscriptions, Pointer nevents) {
  const size_t subscription_size =
      call.abi == Abi::preview1 ? sizeof(Subscription) : sizeof(UnstableSubscription);
  if (nsubscriptions == 0 || nsubscriptions > max_subscriptions) return Errno::inval;
  if (!call.memory.contains(in, nsubscriptions * subscription_size) ||
      !call.memory.contains(out, nsubscriptions * sizeof(Event)) ||
      !call.memory.contains(nevents, sizeof(Size))) {
    return Errno::out_of_bounds;
  }
  Vector<Wanted> wanted(call.host.allocator());
  Vector<pollfd> fds(call.host.allocator());
  Vector<Ref<Descriptor>> polled(call.host.allocator());  // stay open meanwhile
  if (!wanted.try_reserve(nsubscriptions) || !fds.try_reserve(size_t{nsubscriptions} + 1) ||
      !polled.try_reserve(nsubscriptions)) {
    return Errno::nomem;
  }

  uint64_t timeout = no_timeout;
  for (Size i = 0; i < nsubscriptions; ++i) {
    Wanted one = {};
    SubscriptionClock clock;
    Fd fd;
    one.entry = no_entry;
    ZWASM_WASI_CHECK(load(call, in + i * subscription_size, one, clock, fd));
    if (one.type > event_fd_write) return Errno::inval;
    if (one.type == event_clock) {
      one.error = time_left(call.host.clock(), clock, one.left);
      one.is_done = one.error != Errno::success;
    } else {
      Ref<Descriptor> descriptor;
      one.error = call.host.find(fd, rights::poll_fd_readwrite, descriptor);
      one.is_done = one.error != Errno::success || descriptor->is_stream();
      if (!one.is_done) {
        one.entry = static_cast<uint32_t>(fds.size());
        const int events = one.type == event_fd_read ? POLLIN : POLLOUT;
        fds.push_back({descriptor->fd(), static_cast<short>(events), 0});
        polled.push_back(descriptor);
      }
    }
    if (one.is_done) {
      timeout = 0;
    } else if (one.type == event_clock && one.left < timeout) {
      timeout = one.left;
    }
    wanted.push_back(one);
  }
  fds.push_back({-1, 0, 0});

  uint32_t ready = 0;
  ZWASM_WASI_CHECK(poll_or_cancel(fds, timeout, call.cancel_fd, ready));
  Size count = 0;
  for (const Wanted& one : wanted) {
    Event event;
    if (one.is_done) {
      event = make_event(one, one.error);
    } else if (one.entry != no_entry) {
      if (fds[one.entry].revents == 0) continue;
      event = make_fd_event(one, fds[one.entry]);
    } else {
      // Without other events the time is over; with some, only what was due at once is known to be.
      if (one.left > (ready == 0 ? timeout : 0)) continue;
      event = make_event(one, Errno::success);
    }
    ZWASM_WASI_CHECK(call.memory.store(out + count * sizeof(Event), event));
    ++count;
  }
  return call.memory.store(nevents, count);
}

}  // namespace zwasm::wasi::p1
