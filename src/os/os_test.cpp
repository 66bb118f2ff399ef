#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "os/clock.hpp"
#include "os/event.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/random.hpp"
#include "os/thread.hpp"

namespace zwasm::os {

TEST_CASE("clocks advance and have a resolution") {
  for (const Clock clock :
       {Clock::realtime, Clock::monotonic, Clock::process_cpu, Clock::thread_cpu}) {
    const uint64_t before = now(clock);
    CHECK(before > 0);
    CHECK(now(clock) >= before);
    CHECK(resolution(clock) > 0);
  }
  CHECK(now(Clock::realtime) > uint64_t{1'600'000'000} * 1'000'000'000);
}

TEST_CASE("random bytes differ") {
  std::array<uint8_t, 32> a{}, b{};
  REQUIRE(fill_random(a));
  REQUIRE(fill_random(b));
  CHECK(a != b);
}

TEST_CASE("an event wakes a waiting thread, and times out") {
  Event event = Event::make();
  REQUIRE(event);
  CHECK_FALSE(event.wait(1'000'000));
  Thread thread;
  REQUIRE(thread.start([](void* waited) { static_cast<Event*>(waited)->set(); }, &event));
  CHECK(event.wait());
  CHECK(event.wait(0));  // it stays set
  event.clear();
  CHECK_FALSE(event.wait(0));
}

TEST_CASE("a thread is joined when it is destroyed") {
  std::atomic<int> runs = 0;
  {
    Thread thread;
    REQUIRE(thread.start([](void* count) { ++*static_cast<std::atomic<int>*>(count); }, &runs));
    CHECK(thread.started());
  }
  CHECK(runs == 1);
}

TEST_CASE("a thread that starts elsewhere may run on every processor afterwards") {
  struct Started {
    Event may_look = Event::make();
    unsigned processors = 0;
  } started;
  REQUIRE(started.may_look);
  Thread thread;
  REQUIRE(thread.start(
      [](void* argument) {
        auto* shared = static_cast<Started*>(argument);
        shared->may_look.wait();
        shared->processors = processor_count();
      },
      &started, Placement::elsewhere));
  started.may_look.set();
  thread.join();
  CHECK(started.processors == processor_count());
}

TEST_CASE("a file is read as a whole") {
  const std::string file =
      (std::filesystem::temp_directory_path() / "zwasm-file-test-").string() +
      std::to_string(now(Clock::monotonic));
  const char* path = file.c_str();
  const std::string text(200'000, 'x');
  std::ofstream(path, std::ios::binary) << text;
  Result<OwnedBytes> read = read_file(path, 1 << 20);
  REQUIRE(read.ok());
  CHECK(std::ranges::equal(read->bytes(), text));

  Result<OwnedBytes> too_large = read_file(path, 1000);
  REQUIRE_FALSE(too_large.ok());
  CHECK(too_large.error().kind == ErrorKind::host);
  std::remove(path);
  CHECK(read_file(path, 1000).error().message.starts_with("cannot open"));
  CHECK_FALSE(read_file("/", 1000).ok());
}

TEST_CASE("bytes are copied") {
  uint8_t source[] = {1, 2, 3};
  Result<OwnedBytes> copy = OwnedBytes::copy(source);
  REQUIRE(copy.ok());
  source[0] = 9;
  CHECK(copy->bytes()[0] == 1);
  CHECK(copy->bytes().size() == 3);
  CHECK(OwnedBytes::copy({})->bytes().empty());
}

TEST_CASE("the process has used memory") { CHECK(peak_resident_bytes() > 100'000); }

}  // namespace zwasm::os
