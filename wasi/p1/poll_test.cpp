#include <sys/eventfd.h>

#include <chrono>
#include <thread>

#include "wasi/p1/test_guest.hpp"

namespace zwasm::wasi::p1 {
namespace {

constexpr uint64_t millisecond = 1'000'000;
constexpr uint16_t absolute = 1;

using Time = std::chrono::steady_clock;

struct Fixture {
  Guest guest;
  Call& call = guest.call;
  UniqueFd reader, writer;
  Fixture() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    guest.host.set_stdio_descriptor(0, reader.get());
    guest.host.set_stdio_descriptor(1, writer.get());
  }
  static Subscription clock(uint64_t userdata, uint32_t id, uint64_t timeout, uint16_t flags = 0) {
    Subscription result = {};
    result.userdata = userdata;
    result.tag = event_clock;
    result.clock.id = id;
    result.clock.timeout = timeout;
    result.clock.flags = flags;
    return result;
  }
  static Subscription file(uint64_t userdata, EventType type, Fd fd) {
    Subscription result = {};
    result.userdata = userdata;
    result.tag = type;
    result.fd = fd;
    return result;
  }
  Errno poll(std::initializer_list<Subscription> list, std::vector<Event>& events) {
    const uint32_t count = static_cast<uint32_t>(list.size());
    const Pointer in = guest.take(count * 48), out = guest.take(count * 32), size = guest.take(4);
    uint32_t i = 0;
    for (const Subscription& one : list) guest.set(in + 48 * i++, one);
    const Errno error = poll_oneoff(call, in, out, count, size);
    events.clear();
    if (error != Errno::success) return error;
    for (i = 0; i < guest.get<Size>(size); ++i) events.push_back(guest.get<Event>(out + 32 * i));
    return error;
  }
};

TEST_CASE_FIXTURE(Fixture, "clocks: the nearest one ends the wait") {
  std::vector<Event> events;
  const auto start = Time::now();
  CHECK(poll({clock(1, 1, 5'000 * millisecond), clock(2, 1, 20 * millisecond)}, events) ==
        Errno::success);
  const auto took = Time::now() - start;
  CHECK(took >= std::chrono::milliseconds(20));
  CHECK(took < std::chrono::milliseconds(2000));
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 2);
  CHECK(events[0].type == event_clock);
  CHECK(events[0].error == 0);
}

TEST_CASE_FIXTURE(Fixture, "clocks: absolute times, unknown ids, processor time") {
  std::vector<Event> events;
  const Pointer out = guest.take(8);
  REQUIRE(clock_time_get(call, 0, 0, out) == Errno::success);
  const uint64_t now = guest.get<uint64_t>(out);
  const auto start = Time::now();
  CHECK(poll({clock(1, 0, now + 30 * millisecond, absolute)}, events) == Errno::success);
  CHECK(Time::now() - start >= std::chrono::milliseconds(15));
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 1);
  CHECK(poll({clock(1, 0, 5, absolute), clock(2, 1, 0)}, events) == Errno::success);
  CHECK(events.size() == 2);
  CHECK(poll({clock(1, 77, 5)}, events) == Errno::success);
  REQUIRE(events.size() == 1);
  CHECK(events[0].error == static_cast<uint16_t>(Errno::inval));
  CHECK(poll({clock(1, 2, 5)}, events) == Errno::success);
  REQUIRE(events.size() == 1);
  CHECK(events[0].error == static_cast<uint16_t>(Errno::notsup));
  CHECK(poll({clock(1, 1, ~uint64_t{0}), clock(2, 1, millisecond)}, events) == Errno::success);
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 2);
}

TEST_CASE_FIXTURE(Fixture, "pipes: readable with a count, writable, ended") {
  std::vector<Event> events;
  CHECK(poll({file(1, event_fd_read, 0), clock(2, 1, 10 * millisecond)}, events) == Errno::success);
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 2);
  CHECK(poll({file(1, event_fd_write, 1), clock(2, 1, 5'000 * millisecond)}, events) ==
        Errno::success);
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 1);
  CHECK(events[0].type == event_fd_write);
  CHECK(guest.write(1, "abc") == Errno::success);
  CHECK(poll({file(7, event_fd_read, 0)}, events) == Errno::success);
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 7);
  CHECK(events[0].nbytes == 3);
  CHECK(events[0].flags == 0);
  std::string content;
  CHECK(guest.read(0, 3, content) == Errno::success);
  writer.reset();
  CHECK(poll({file(8, event_fd_read, 0)}, events) == Errno::success);
  REQUIRE(events.size() == 1);
  CHECK(events[0].nbytes == 0);
  CHECK(events[0].flags == 1);
}

TEST_CASE_FIXTURE(Fixture, "files, streams and errors are ready at once") {
  TemporaryFolder folder;
  folder.write("file", "0123456789");
  REQUIRE(guest.host.add_preopen(folder.path().c_str(), "/").ok());
  Fd fd{};
  REQUIRE(guest.open(3, "file", 0, read_write, fd) == Errno::success);
  std::string content;
  CHECK(guest.read(fd, 4, content) == Errno::success);
  guest.host.set_stdout({});
  std::vector<Event> events;
  CHECK(poll({file(1, event_fd_read, fd), file(2, event_fd_write, fd), file(3, event_fd_write, 1),
              file(4, event_fd_read, 99), clock(5, 1, 5'000 * millisecond)},
             events) == Errno::success);
  REQUIRE(events.size() == 4);
  CHECK(events[0].nbytes == 6);
  CHECK(events[1].error == 0);
  CHECK(events[2].userdata == 3);
  CHECK(events[3].userdata == 4);
  CHECK(events[3].error == static_cast<uint16_t>(Errno::badf));
}

TEST_CASE_FIXTURE(Fixture, "arguments that are not right") {
  std::vector<Event> events;
  CHECK(poll({}, events) == Errno::inval);
  Subscription odd = clock(1, 1, 0);
  odd.tag = 3;
  CHECK(poll({odd}, events) == Errno::inval);
  const Pointer in = guest.take(48), out = guest.take(32), size = guest.take(4);
  guest.set(in, clock(1, 1, 0));
  CHECK(poll_oneoff(call, Guest::size - 47, out, 1, size) == Errno::out_of_bounds);
  CHECK(poll_oneoff(call, in, Guest::size - 31, 1, size) == Errno::out_of_bounds);
  CHECK(poll_oneoff(call, in, out, 1, Guest::size - 3) == Errno::out_of_bounds);
  CHECK(poll_oneoff(call, in, out, 60000, size) == Errno::out_of_bounds);
  CHECK(poll_oneoff(call, in, out, ~0u, size) == Errno::inval);
}

TEST_CASE_FIXTURE(Fixture, "waiting can be cancelled") {
  UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  guest.call.cancel_fd = event.get();
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const uint64_t one = 1;
    CHECK(::write(event.get(), &one, sizeof(one)) == sizeof(one));
  });
  std::vector<Event> events;
  const auto start = Time::now();
  const Errno outcome = poll({clock(1, 1, 60'000 * millisecond)}, events);
  canceller.join();
  CHECK(outcome == Errno::interrupted);
  CHECK(Time::now() - start < std::chrono::seconds(30));
  CHECK(poll({file(1, event_fd_read, 0)}, events) == Errno::interrupted);
}

TEST_CASE_FIXTURE(Fixture, "the older subscription has its clock further back") {
  call.abi = Abi::unstable;
  const Pointer in = guest.take(112), out = guest.take(64), size = guest.take(4);
  UnstableSubscription slow = {}, quick = {};
  slow.userdata = 1;
  slow.clock = {9, {1, 0, 60'000 * millisecond, 0, 0}};
  quick.userdata = 2;
  quick.clock = {9, {1, 0, millisecond, 0, 0}};
  guest.set(in, slow);
  guest.set(in + 56, quick);
  CHECK(poll_oneoff(call, in, out, 2, size) == Errno::success);
  REQUIRE(guest.get<Size>(size) == 1);
  CHECK(guest.get<Event>(out).userdata == 2);
}

}  // namespace
}  // namespace zwasm::wasi::p1
