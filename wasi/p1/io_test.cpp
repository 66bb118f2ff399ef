#include <sys/eventfd.h>

#include <chrono>
#include <thread>

#include "wasi/p1/test_guest.hpp"

namespace zwasm::wasi::p1 {
namespace {

struct Fixture {
  TemporaryFolder folder;
  Guest guest;
  Call& call = guest.call;
  Fd file = 0;
  Fixture() {
    folder.write("file", "0123456789");
    REQUIRE(guest.host.add_preopen(folder.path().c_str(), "/").ok());
    REQUIRE(guest.open(3, "file", 0, read_write, file) == Errno::success);
  }
};

TEST_CASE_FIXTURE(Fixture, "reads scatter, writes gather") {
  const Pointer a = guest.take(8), b = guest.take(8), out = guest.take(4);
  const Pointer list = guest.iovecs({{a, 3}, {~0u, 0}, {b, 4}});
  CHECK(fd_read(call, file, list, 3, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 7);
  CHECK(guest.text(a, 3) == "012");
  CHECK(guest.text(b, 4) == "3456");
  CHECK(fd_read(call, file, list, 3, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 3);
  CHECK(guest.text(a, 3) == "789");
  CHECK(fd_read(call, file, list, 3, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 0);
  CHECK(fd_write(call, file, list, 3, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 7);
  CHECK(folder.read("file") == "01234567897893456");
  CHECK(fd_read(call, file, list, 0, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 0);
}

TEST_CASE_FIXTURE(Fixture, "positioned reads and writes leave the offset alone") {
  const Pointer buffer = guest.put("ab"), out = guest.take(8);
  const Pointer list = guest.iovecs({{buffer, 2}});
  CHECK(fd_pwrite(call, file, list, 1, 4, out) == Errno::success);
  CHECK(folder.read("file") == "0123ab6789");
  CHECK(fd_pread(call, file, list, 1, 8, out) == Errno::success);
  CHECK(guest.text(buffer, 2) == "89");
  CHECK(fd_pread(call, file, list, 1, 9, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 1);
  CHECK(fd_pread(call, file, list, 1, 100, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 0);
  CHECK(fd_pread(call, file, list, 1, ~uint64_t{0}, out) == Errno::inval);
  CHECK(fd_pwrite(call, file, list, 1, uint64_t{1} << 63, out) == Errno::inval);
  CHECK(fd_tell(call, file, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) == 0);
  CHECK(fd_pread(call, 0, list, 1, 0, out) == Errno::spipe);
  CHECK(fd_pread(call, 3, list, 1, 0, out) == Errno::isdir);
}

TEST_CASE_FIXTURE(Fixture, "pointers that lead out of the memory") {
  const Pointer ok = guest.take(8), out = guest.take(4);
  const Iovec bad[] = {{Guest::size, 1}, {Guest::size - 4, 5}, {~0u, 1}, {~0u - 3, 8},
                       {1, ~0u},         {Guest::size + 1, 1}};
  for (const Iovec& one : bad) {
    CAPTURE(one.buf);
    const Pointer list = guest.iovecs({{ok, 4}, one});
    CHECK(fd_read(call, file, list, 2, out) == Errno::out_of_bounds);
    CHECK(fd_write(call, file, list, 2, out) == Errno::out_of_bounds);
    CHECK(fd_pread(call, file, list, 2, 0, out) == Errno::out_of_bounds);
    CHECK(fd_pwrite(call, file, list, 2, 0, out) == Errno::out_of_bounds);
  }
  const Pointer list = guest.iovecs({{ok, 4}});
  CHECK(fd_read(call, file, Guest::size - 4, 1, out) == Errno::out_of_bounds);
  CHECK(fd_read(call, file, list, ~0u, out) == Errno::out_of_bounds);
  CHECK(fd_read(call, file, 0, 0x20000001, out) == Errno::out_of_bounds);
  CHECK(fd_read(call, file, list, 1, Guest::size - 3) == Errno::out_of_bounds);
  CHECK(fd_write(call, file, list, 1, ~0u) == Errno::out_of_bounds);
  CHECK(folder.read("file") == "0123456789");
  Call without_memory = {guest.host, {}, Abi::preview1};
  CHECK(fd_read(without_memory, file, 0, 1, 0) == Errno::out_of_bounds);
}

TEST_CASE_FIXTURE(Fixture, "more buffers than the system takes are a short write") {
  constexpr uint32_t count = IOV_MAX + 10;
  const Pointer list = guest.take(count * 8), byte = guest.put("x"), out = guest.take(4);
  for (uint32_t i = 0; i < count; ++i) guest.set(list + i * 8, Iovec{byte, 1});
  CHECK(fd_write(call, file, list, count, out) == Errno::success);
  CHECK(guest.get<Size>(out) == IOV_MAX);
}

struct Pipe {
  UniqueFd reader, writer;
  Pipe() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
};

struct Canceller {
  UniqueFd event{::eventfd(0, EFD_CLOEXEC)};
  std::thread thread;
  explicit Canceller(int milliseconds) {
    thread = std::thread([this, milliseconds] {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      const uint64_t one = 1;
      CHECK(::write(event.get(), &one, sizeof(one)) == sizeof(one));
    });
  }
  ~Canceller() { thread.join(); }
};

TEST_CASE_FIXTURE(Fixture, "a read that waits can be cancelled, a write into a full pipe too") {
  Pipe pipe;
  std::string content;
  guest.host.set_stdio_descriptor(0, pipe.reader.get());
  guest.host.set_stdio_descriptor(1, pipe.writer.get());
  {
    Canceller canceller(20);
    guest.call.cancel_fd = canceller.event.get();
    CHECK(guest.read(0, 8, content) == Errno::interrupted);
  }
  {
    Canceller canceller(20);
    guest.call.cancel_fd = canceller.event.get();
    const Pointer large = guest.take(32768), out = guest.take(4);
    const Pointer list = guest.iovecs({{large, 32768}, {large, 32768}, {large, 32768}});
    CHECK(fd_write(call, 1, list, 3, out) == Errno::interrupted);
  }
}

TEST_CASE_FIXTURE(Fixture, "a cancellable write writes all, in order") {
  Pipe pipe;
  UniqueFd never(::eventfd(0, EFD_CLOEXEC));
  guest.call.cancel_fd = never.get();
  guest.host.set_stdio_descriptor(1, pipe.writer.get());
  constexpr uint32_t part = 30000;
  const Pointer data = guest.take(part), out = guest.take(4);
  for (uint32_t i = 0; i < part; ++i) guest.bytes[data + i] = static_cast<uint8_t>(i * 7 % 251);
  const Pointer list = guest.iovecs({{data, 1}, {data + 1, part - 1}, {data, part}, {data, part}});
  std::string received;
  std::thread reader([&] {
    char buffer[1000];
    while (received.size() < 3 * part) {
      const ssize_t count = ::read(pipe.reader.get(), buffer, sizeof(buffer));
      if (count <= 0) break;
      received.append(buffer, static_cast<size_t>(count));
    }
  });
  const Errno outcome = fd_write(call, 1, list, 4, out);
  reader.join();
  CHECK(outcome == Errno::success);
  CHECK(guest.get<Size>(out) == 3 * part);
  const std::string once = guest.text(data, part);
  CHECK(received == once + once + once);
}

TEST_CASE_FIXTURE(Fixture, "the end of a pipe, and data that is there, need no waiting") {
  Pipe pipe;
  UniqueFd never(::eventfd(0, EFD_CLOEXEC));
  guest.call.cancel_fd = never.get();
  guest.host.set_stdio_descriptor(0, pipe.reader.get());
  REQUIRE(::write(pipe.writer.get(), "ab", 2) == 2);
  pipe.writer.reset();
  std::string content;
  CHECK(guest.read(0, 8, content) == Errno::success);
  CHECK(content == "ab");
  CHECK(guest.read(0, 8, content) == Errno::success);
  CHECK(content.empty());
}

}  // namespace
}  // namespace zwasm::wasi::p1
