#include "wasi/p1/test_guest.hpp"

namespace zwasm::wasi::p1 {
namespace {

TEST_CASE("arguments and environment are pointers into a buffer") {
  Guest guest;
  for (const char* argument : {"program", "", "two words"}) guest.host.add_argument(argument);
  guest.host.add_environment("A=b");
  const Pointer count = guest.take(4), size = guest.take(4);
  REQUIRE(args_sizes_get(guest.call, count, size) == Errno::success);
  CHECK(guest.get<uint32_t>(count) == 3);
  CHECK(guest.get<uint32_t>(size) == sizeof("program") + sizeof("") + sizeof("two words"));
  const Pointer argv = guest.take(12), buffer = guest.take(19);
  REQUIRE(args_get(guest.call, argv, buffer) == Errno::success);
  CHECK(guest.text(guest.get<Pointer>(argv), 8) == std::string("program\0", 8));
  CHECK(guest.text(guest.get<Pointer>(argv + 4), 1) == std::string("\0", 1));
  CHECK(guest.text(guest.get<Pointer>(argv + 8), 10) == std::string("two words\0", 10));
  REQUIRE(environ_sizes_get(guest.call, count, size) == Errno::success);
  CHECK(guest.get<uint32_t>(count) == 1);
  CHECK(guest.get<uint32_t>(size) == 4);
  REQUIRE(environ_get(guest.call, argv, buffer) == Errno::success);
  CHECK(guest.text(guest.get<Pointer>(argv), 4) == std::string("A=b\0", 4));

  for (const Pointer outside : {Guest::size - 8, Guest::size, ~0u, ~0u - 11}) {
    CHECK(args_get(guest.call, outside, buffer) == Errno::out_of_bounds);
    CHECK(args_get(guest.call, argv, outside) == Errno::out_of_bounds);
  }
  CHECK(args_sizes_get(guest.call, Guest::size - 3, size) == Errno::out_of_bounds);
}

TEST_CASE("clocks come from the host's source") {
  struct Fake {
    static Errno now(void* data, ClockId id, uint64_t& value) {
      value = *static_cast<uint64_t*>(data) + static_cast<uint64_t>(id);
      return Errno::success;
    }
    static Errno resolution(void*, ClockId, uint64_t& value) {
      value = 1000;
      return Errno::success;
    }
  };
  uint64_t time = 5'000'000'000;
  Guest guest;
  const Pointer out = guest.take(8);
  uint64_t last = 0;
  for (uint32_t id = 0; id < 4; ++id) {
    CAPTURE(id);
    CHECK(clock_time_get(guest.call, id, 0, out) == Errno::success);
    if (id < 2) CHECK(guest.get<uint64_t>(out) > 0);
    if (id == 1) last = guest.get<uint64_t>(out);
    CHECK(clock_res_get(guest.call, id, out) == Errno::success);
    CHECK(guest.get<uint64_t>(out) > 0);
  }
  CHECK(clock_time_get(guest.call, 1, 0, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) >= last);
  CHECK(clock_time_get(guest.call, 4, 0, out) == Errno::inval);
  CHECK(clock_res_get(guest.call, ~0u, out) == Errno::inval);
  CHECK(clock_time_get(guest.call, 0, 0, Guest::size - 7) == Errno::out_of_bounds);
  guest.host.set_clock({&time, Fake::now, Fake::resolution});
  CHECK(clock_time_get(guest.call, 1, 0, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) == 5'000'000'001);
  CHECK(clock_res_get(guest.call, 1, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) == 1000);
}

TEST_CASE("random bytes fill exactly what was asked for") {
  Guest guest;
  const Pointer out = guest.take(256);
  CHECK(random_get(guest.call, out + 8, 100) == Errno::success);
  bool any = false;
  for (uint32_t i = 0; i < 100; ++i) any = any || guest.bytes[out + 8 + i] != 0;
  CHECK(any);
  CHECK(guest.text(out, 8) == std::string(8, '\0'));
  CHECK(guest.text(out + 108, 8) == std::string(8, '\0'));
  CHECK(random_get(guest.call, out, 0) == Errno::success);
  CHECK(random_get(guest.call, Guest::size - 1, 2) == Errno::out_of_bounds);
  CHECK(random_get(guest.call, 1, ~0u) == Errno::out_of_bounds);
  struct Fixed {
    static Errno fill(void*, std::span<uint8_t> bytes) {
      for (uint8_t& byte : bytes) byte = 7;
      return Errno::success;
    }
  };
  guest.host.set_random({nullptr, Fixed::fill});
  CHECK(random_get(guest.call, out, 3) == Errno::success);
  CHECK(guest.text(out, 3) == "\7\7\7");
}

TEST_CASE("exit and signals end the guest with a code") {
  Guest guest;
  CHECK(proc_exit(guest.call, 33) == Errno::exited);
  CHECK(guest.call.exit_code == 33);
  struct Ending {
    uint32_t signal, code;
  };
  // abort is 6, terminate 15; from 16 on WASI's numbers are its own (xcpu is Linux' 24, sys its
  // 31).
  for (const Ending& ending :
       {Ending{6, 134}, {2, 130}, {15, 143}, {9, 137}, {23, 152}, {30, 159}}) {
    CAPTURE(ending.signal);
    guest.call.exit_code = 0;
    CHECK(proc_raise(guest.call, ending.signal) == Errno::exited);
    CHECK(guest.call.exit_code == ending.code);
  }
  for (const uint32_t ignored : {0u, 16u, 17u, 22u, 27u}) {
    CAPTURE(ignored);
    CHECK(proc_raise(guest.call, ignored) == Errno::success);
  }
  for (const uint32_t stop : {18u, 19u, 20u, 21u}) {
    CHECK(proc_raise(guest.call, stop) == Errno::notsup);
  }
  CHECK(proc_raise(guest.call, 31) == Errno::inval);
  CHECK(proc_raise(guest.call, ~0u) == Errno::inval);
  CHECK(sched_yield(guest.call) == Errno::success);
}

}  // namespace
}  // namespace zwasm::wasi::p1
