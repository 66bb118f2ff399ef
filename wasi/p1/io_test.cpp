#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>

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

TEST_CASE_FIXTURE(Fixture, "nobody reads: an error for the guest, no signal for the process") {
  ::signal(SIGPIPE, SIG_DFL);
  const auto pending = [] {
    sigset_t set;
    REQUIRE(::sigpending(&set) == 0);
    return ::sigismember(&set, SIGPIPE) == 1;
  };
  Pipe pipe;
  pipe.reader.reset();
  guest.host.set_stdio_descriptor(1, pipe.writer.get());
  CHECK(guest.write(1, "x") == Errno::pipe);
  CHECK(!pending());
  UniqueFd never(::eventfd(0, EFD_CLOEXEC));
  guest.call.cancel_fd = never.get();
  CHECK(guest.write(1, "x") == Errno::pipe);
  guest.call.cancel_fd = -1;

  // A socket as a standard stream, and a named pipe that the guest opened.
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  UniqueFd socket(ends[0]);
  ::close(ends[1]);
  guest.host.set_stdio_descriptor(2, socket.get());
  CHECK(guest.write(2, "x") == Errno::pipe);
  CHECK(guest.write(2, "x") == Errno::pipe);
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  UniqueFd reader(::open((folder / "fifo").c_str(), O_RDONLY | O_NONBLOCK));
  Fd fifo = 0;
  REQUIRE(guest.open(3, "fifo", 0, rights::fd_write, fifo) == Errno::success);
  CHECK(guest.write(fifo, "x") == Errno::success);
  reader.reset();
  CHECK(guest.write(fifo, "x") == Errno::pipe);
  CHECK(!pending());

  // A signal that was pending before stays so.
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  REQUIRE(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  CHECK(guest.write(1, "x") == Errno::pipe);
  CHECK(!pending());
  REQUIRE(::raise(SIGPIPE) == 0);
  CHECK(guest.write(1, "x") == Errno::pipe);
  CHECK(pending());
  const timespec now = {};
  CHECK(::sigtimedwait(&set, nullptr, &now) == SIGPIPE);
  REQUIRE(::pthread_sigmask(SIG_UNBLOCK, &set, nullptr) == 0);
}

TEST_CASE_FIXTURE(Fixture, "a program in a pipe may ask for the signal on its standard streams") {
  Pipe pipe;
  pipe.reader.reset();
  guest.host.set_stdio_descriptor(1, pipe.writer.get());
  guest.host.set_signals_broken_pipe(true);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  REQUIRE(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  CHECK(guest.write(1, "x") == Errno::pipe);
  const timespec now = {};
  CHECK(::sigtimedwait(&set, nullptr, &now) == SIGPIPE);
  REQUIRE(::pthread_sigmask(SIG_UNBLOCK, &set, nullptr) == 0);
}

/// The descriptor as somebody who shares it may have left it.
void make_nonblocking(int fd) {
  REQUIRE(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) == 0);
}

TEST_CASE_FIXTURE(Fixture, "standard streams that others made non-blocking lose nothing") {
  for (const bool cancellable : {false, true}) {
    CAPTURE(cancellable);
    Pipe in, out_pipe;
    make_nonblocking(in.reader.get());
    make_nonblocking(out_pipe.writer.get());
    UniqueFd never(::eventfd(0, EFD_CLOEXEC));
    guest.call.cancel_fd = cancellable ? never.get() : -1;
    guest.host.set_stdio_descriptor(0, in.reader.get());
    guest.host.set_stdio_descriptor(1, out_pipe.writer.get());
    CHECK(guest.fdstat(0).flags == 0);
    const Pointer data = guest.take(8000), out = guest.take(4);
    for (uint32_t i = 0; i < 8000; ++i) guest.bytes[data + i] = static_cast<uint8_t>(i * 7 % 251);
    const Pointer list = guest.take(25 * 8);  // more than a pipe holds
    for (uint32_t i = 0; i < 25; ++i) guest.set(list + i * 8, Iovec{data, 8000});
    std::string received;
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      CHECK(::write(in.writer.get(), "ab", 2) == 2);
      char buffer[1000];
      while (received.size() < 200'000) {
        const ssize_t count = ::read(out_pipe.reader.get(), buffer, sizeof(buffer));
        if (count <= 0) break;
        received.append(buffer, static_cast<size_t>(count));
      }
    });
    std::string content;
    CHECK(guest.read(0, 8, content) == Errno::success);
    CHECK(content == "ab");
    const Errno outcome = fd_write(call, 1, list, 25, out);
    out_pipe.writer.reset();
    other.join();
    CHECK(outcome == Errno::success);
    CHECK(guest.get<Size>(out) == 200'000);
    std::string expected;
    for (int i = 0; i < 25; ++i) expected += guest.text(data, 8000);
    CHECK(received == expected);
    // A guest that asks for it has it.
    REQUIRE(fd_fdstat_set_flags(call, 0, fdflags::nonblock) == Errno::success);
    CHECK(guest.read(0, 8, content) == Errno::again);
  }
}

TEST_CASE_FIXTURE(Fixture, "a wait for a non-blocking stream can be cancelled") {
  Pipe pipe;
  make_nonblocking(pipe.reader.get());
  make_nonblocking(pipe.writer.get());
  guest.host.set_stdio_descriptor(0, pipe.reader.get());
  guest.host.set_stdio_descriptor(1, pipe.writer.get());
  std::string content;
  {
    Canceller canceller(20);
    guest.call.cancel_fd = canceller.event.get();
    CHECK(guest.read(0, 8, content) == Errno::interrupted);
  }
  {
    Canceller canceller(20);
    guest.call.cancel_fd = canceller.event.get();
    const Pointer large = guest.take(20000), out = guest.take(4);
    // More than a pipe holds.
    const Pointer list =
        guest.iovecs({{large, 20000}, {large, 20000}, {large, 20000}, {large, 20000}});
    CHECK(fd_write(call, 1, list, 4, out) == Errno::interrupted);
  }
}

TEST_CASE_FIXTURE(Fixture, "what the guest opened non-blocking does not wait") {
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  UniqueFd other(::open((folder / "fifo").c_str(), O_RDWR));
  Fd fifo = 0;
  REQUIRE(guest.open(3, "fifo", 0, rights::fd_read, fifo, fdflags::nonblock) == Errno::success);
  std::string content;
  CHECK(guest.read(fifo, 8, content) == Errno::again);
}

}  // namespace
}  // namespace zwasm::wasi::p1
