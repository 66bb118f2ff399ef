#include "wasi/host.hpp"

#include <poll.h>
#include <sys/socket.h>

#include "wasi/p1/test_guest.hpp"

namespace zwasm::wasi {
namespace {

TEST_CASE("a fresh host gives nothing") {
  p1::Guest guest;
  std::string input;
  CHECK(guest.read(0, 16, input) == Errno::success);
  CHECK(input.empty());
  CHECK(guest.write(1, "swallowed") == Errno::success);
  CHECK(guest.write(2, "swallowed") == Errno::success);
  Ref<Descriptor> descriptor;
  for (uint32_t fd = 3; fd < 10; ++fd) CHECK(guest.host.find(fd, 0, descriptor) == Errno::badf);
  CHECK(guest.host.find(~0u, 0, descriptor) == Errno::badf);
  p1::Fd opened{};
  CHECK(guest.open(0, "x", 0, rights::fd_read, opened) == Errno::notdir);
  CHECK(guest.open(3, "x", 0, rights::fd_read, opened) == Errno::badf);
  CHECK(guest.host.arguments().count() == 0);
  CHECK(guest.host.environment().count() == 0);
}

TEST_CASE("streams of the embedder stand for standard input and output") {
  struct State {
    std::string input = "some input", output;
    static Errno read(void* data, std::span<uint8_t> bytes, size_t& count) {
      std::string& input = static_cast<State*>(data)->input;
      count = input.copy(reinterpret_cast<char*>(bytes.data()), bytes.size());
      input.erase(0, count);
      return Errno::success;
    }
    static Errno write(void* data, std::span<const uint8_t> bytes, size_t& count) {
      static_cast<State*>(data)->output.append(reinterpret_cast<const char*>(bytes.data()),
                                               bytes.size());
      count = bytes.size();
      return Errno::success;
    }
  } state;
  p1::Guest guest;
  guest.host.set_stdin({&state, State::read, nullptr});
  guest.host.set_stdout({&state, nullptr, State::write});
  guest.host.set_stderr({&state, nullptr, State::write});
  std::string input;
  CHECK(guest.read(0, 4, input) == Errno::success);
  CHECK(input == "some");
  CHECK(guest.read(0, 64, input) == Errno::success);
  CHECK(input == " input");
  CHECK(guest.read(0, 64, input) == Errno::success);
  CHECK(input.empty());
  CHECK(guest.write(1, "to out, ") == Errno::success);
  CHECK(guest.write(2, "to err") == Errno::success);
  CHECK(state.output == "to out, to err");
  CHECK(guest.write(0, "x") == Errno::badf);
  CHECK(guest.read(1, 1, input) == Errno::badf);
}

TEST_CASE("preopens are numbered from 3, and must be directories") {
  TemporaryFolder folder;
  folder.make_directory("one");
  folder.make_directory("two");
  folder.write("file", "");
  Host host;
  REQUIRE(host.add_preopen((folder / "one").c_str(), "/").ok());
  REQUIRE(host.add_preopen((folder / "two").c_str(), "/two", true).ok());
  Ref<Descriptor> descriptor;
  REQUIRE(host.find(3, 0, descriptor) == Errno::success);
  CHECK(descriptor->guest_path == "/");
  CHECK_FALSE(descriptor->is_read_only);
  REQUIRE(host.find(4, 0, descriptor) == Errno::success);
  CHECK(descriptor->guest_path == "/two");
  CHECK(descriptor->is_read_only);
  const Status missing = host.add_preopen((folder / "none").c_str(), "/");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().kind == ErrorKind::host);
  CHECK(missing.error().message.find("No such file") != std::string::npos);
  CHECK_FALSE(host.add_preopen((folder / "file").c_str(), "/").ok());
  CHECK(host.find(5, 0, descriptor) == Errno::badf);
}

TEST_CASE("numbers are reused, renumbering moves and closes") {
  TemporaryFolder folder;
  folder.write("a", "a");
  folder.write("b", "b");
  p1::Guest guest;
  REQUIRE(guest.host.add_preopen(folder.path().c_str(), "/").ok());
  p1::Fd a{}, b{};
  REQUIRE(guest.open(3, "a", 0, rights::fd_read, a) == Errno::success);
  REQUIRE(guest.open(3, "b", 0, rights::fd_read, b) == Errno::success);
  CHECK(a == 4);
  CHECK(b == 5);
  CHECK(guest.host.renumber(a, 6) == Errno::badf);
  CHECK(guest.host.renumber(6, a) == Errno::badf);
  CHECK(guest.host.renumber(b, a) == Errno::success);
  std::string content;
  CHECK(guest.read(a, 1, content) == Errno::success);
  CHECK(content == "b");
  CHECK(guest.read(b, 1, content) == Errno::badf);
  CHECK(guest.host.renumber(a, a) == Errno::success);
  REQUIRE(guest.open(3, "a", 0, rights::fd_read, b) == Errno::success);
  CHECK(b == 5);
  // A preopen can be replaced and is then none any more.
  CHECK(guest.host.renumber(a, 3) == Errno::success);
  CHECK(p1::fd_prestat_get(guest.call, 3, 0) == Errno::badf);
  CHECK(guest.host.close(3) == Errno::success);
  CHECK(guest.host.close(3) == Errno::badf);
}

TEST_CASE("the lowest free number is found without looking at all") {
  Host host;
  const Ref<Descriptor> descriptor = Descriptor::of_stream({}, rights::stream);
  uint32_t fd;
  // Quadratic work would be 10^11 steps and more: minutes.
  constexpr uint32_t count = 500'000;
  for (uint32_t i = 0; i < count; ++i) {
    if (host.insert(descriptor, fd) != Errno::success || fd != 3 + i) FAIL(i);
  }
  for (uint32_t i = 0; i < count; ++i) {  // from above, so that each becomes the lowest
    if (host.close(2 + count - i) != Errno::success) FAIL(i);
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (host.insert(descriptor, fd) != Errno::success || fd != 3 + i) FAIL(i);
  }
  // Holes are filled from below, whatever order they came in; standard streams leave none.
  for (const uint32_t hole : {70'000u, 5u, 1u, 300u}) CHECK(host.close(hole) == Errno::success);
  CHECK(host.renumber(40, 41) == Errno::success);
  for (const uint32_t hole : {5u, 40u, 300u, 70'000u, 3 + count}) {
    CHECK(host.insert(descriptor, fd) == Errno::success);
    CHECK(fd == hole);
  }
}

TEST_CASE("lack of memory is not called too many") {
  struct Scarce final : Allocator {
    bool is_empty = false;
    void* allocate(size_t size, size_t alignment) override {
      return is_empty ? nullptr : system_allocator().allocate(size, alignment);
    }
    void deallocate(void* block, size_t size, size_t alignment) override {
      system_allocator().deallocate(block, size, alignment);
    }
  } memory;
  Host host(memory);
  memory.is_empty = true;
  Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) {  // until the table has to grow
    status = host.add_socket(UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  }
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind == ErrorKind::host);
  CHECK(status.error().message == "out of memory");
}

TEST_CASE("borrowed descriptors stay open and keep their flags") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  UniqueFd reader(ends[0]), writer(ends[1]);
  {
    p1::Guest guest;
    guest.host.set_stdio_descriptor(0, reader.get());
    guest.host.set_stdio_descriptor(1, writer.get());
    CHECK(guest.fdstat(0).filetype == static_cast<uint8_t>(FileType::unknown));
    CHECK((guest.fdstat(0).rights_base & p1::read_write) == rights::fd_read);
    CHECK((guest.fdstat(1).rights_base & p1::read_write) == rights::fd_write);
    // Non-blocking for the guest, not for the others who have the pipe.
    CHECK(p1::fd_fdstat_set_flags(guest.call, 0, fdflags::nonblock) == Errno::success);
    CHECK(guest.fdstat(0).flags == fdflags::nonblock);
    CHECK((::fcntl(reader.get(), F_GETFL) & O_NONBLOCK) == 0);
    std::string content;
    CHECK(guest.read(0, 8, content) == Errno::again);
    CHECK(guest.write(1, "text") == Errno::success);
    CHECK(guest.read(0, 8, content) == Errno::success);
    CHECK(content == "text");
    CHECK(p1::fd_fdstat_set_flags(guest.call, 0, fdflags::append) == Errno::notsup);
    CHECK(guest.host.close(0) == Errno::success);
    CHECK(guest.host.close(1) == Errno::success);
  }
  CHECK(::fcntl(reader.get(), F_GETFD) >= 0);
  CHECK(::fcntl(writer.get(), F_GETFD) >= 0);
}

TEST_CASE("addresses to listen on") {
  Host host;
  for (const char* address : {"", "127.0.0.1", "127.0.0.1:", ":80", "localhost:80", "127.0.0.1:x",
                              "127.0.0.1:65536", "[::1]", "::1:80", "[127.0.0.1]:80"}) {
    CAPTURE(address);
    const Status status = host.listen_tcp(address);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message.find("no address to listen on") != std::string::npos);
  }
  CHECK(host.listen_tcp("127.0.0.1:0").ok());
  Ref<Descriptor> descriptor;
  REQUIRE(host.find(3, rights::sock_accept, descriptor) == Errno::success);
  CHECK(descriptor->type == FileType::socket_stream);
  CHECK_FALSE(host.add_socket(UniqueFd(::open("/dev/null", O_RDONLY))).ok());
}

}  // namespace
}  // namespace zwasm::wasi
