#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "wasi/p1/test_guest.hpp"

namespace zwasm::wasi::p1 {
namespace {

constexpr uint32_t peek = 1, wait_all = 2;

/// A guest with one end of a pair of sockets as descriptor 3; `peer` is the other.
struct Pair {
  Guest guest;
  Call& call = guest.call;
  UniqueFd peer;
  explicit Pair(int type = SOCK_STREAM) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) == 0);
    peer.reset(ends[1]);
    REQUIRE(guest.host.add_socket(UniqueFd(ends[0])).ok());
  }
  void send(std::string_view text) const {
    REQUIRE(::send(peer.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }
  std::string received() const {
    char buffer[256];
    const ssize_t count = ::recv(peer.get(), buffer, sizeof(buffer), 0);
    return count < 0 ? "error" : std::string(buffer, static_cast<size_t>(count));
  }
  Errno recv(uint32_t size, uint32_t flags, std::string& text, uint16_t* out_flags = nullptr) {
    const Pointer a = guest.take(size);
    const Pointer list = guest.iovecs({{a, size / 2}, {a + size / 2, size - size / 2}});
    const Pointer length = guest.take(4), result_flags = guest.take(4);
    const Errno error = sock_recv(call, 3, list, 2, flags, length, result_flags);
    if (error == Errno::success) text = guest.text(a, guest.get<Size>(length));
    if (out_flags != nullptr) *out_flags = guest.get<uint16_t>(result_flags);
    return error;
  }
};

TEST_CASE("receive: what is there, peeking, all, the end") {
  Pair pair;
  std::string text;
  uint16_t flags = 9;
  pair.send("hello");
  CHECK(pair.recv(16, peek, text) == Errno::success);
  CHECK(text == "hello");
  CHECK(pair.recv(3, 0, text, &flags) == Errno::success);
  CHECK(text == "hel");
  CHECK(flags == 0);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pair.send("567");
  });
  const Errno outcome = pair.recv(5, wait_all, text);
  later.join();
  CHECK(outcome == Errno::success);
  CHECK(text == "lo567");
  pair.send("last");
  pair.peer.reset();
  CHECK(pair.recv(16, wait_all, text) == Errno::success);
  CHECK(text == "last");
  CHECK(pair.recv(16, 0, text) == Errno::success);
  CHECK(text.empty());
  CHECK(pair.recv(16, 4, text) == Errno::inval);
}

TEST_CASE("send, and the reads and writes of files on sockets") {
  Pair pair;
  Guest& guest = pair.guest;
  const Pointer list = guest.iovecs({{guest.put("ab"), 2}, {guest.put("cd"), 2}});
  const Pointer out = guest.take(4);
  CHECK(sock_send(pair.call, 3, list, 2, 0, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 4);
  CHECK(pair.received() == "abcd");
  CHECK(sock_send(pair.call, 3, list, 2, 1, out) == Errno::inval);
  CHECK(sock_send(pair.call, 3, list, 2, 0, Guest::size - 2) == Errno::out_of_bounds);
  CHECK(guest.write(3, "written") == Errno::success);
  CHECK(pair.received() == "written");
  std::string text;
  pair.send("to read");
  CHECK(guest.read(3, 16, text) == Errno::success);
  CHECK(text == "to read");
  const Fdstat status = guest.fdstat(3);
  CHECK(status.filetype == static_cast<uint8_t>(FileType::socket_stream));
  // Nobody listens: an error, and no signal that would end this process.
  pair.peer.reset();
  CHECK(sock_send(pair.call, 3, list, 2, 0, out) == Errno::pipe);
  CHECK(guest.write(3, "x") == Errno::pipe);
}

TEST_CASE("datagrams say when they were cut") {
  Pair pair(SOCK_DGRAM);
  std::string text;
  uint16_t flags = 0;
  CHECK(pair.guest.fdstat(3).filetype == static_cast<uint8_t>(FileType::socket_dgram));
  pair.send("long message");
  CHECK(pair.recv(4, 0, text, &flags) == Errno::success);
  CHECK(text == "long");
  CHECK(flags == 1);
  pair.send("ok");
  CHECK(pair.recv(4, wait_all, text, &flags) == Errno::success);
  CHECK(text == "ok");
  CHECK(flags == 0);
}

TEST_CASE("shutdown ends one direction or both") {
  Pair pair;
  std::string text;
  CHECK(sock_shutdown(pair.call, 3, 0) == Errno::inval);
  CHECK(sock_shutdown(pair.call, 3, 4) == Errno::inval);
  CHECK(sock_shutdown(pair.call, 3, 2) == Errno::success);
  CHECK(pair.received().empty());
  pair.send("still");
  CHECK(pair.recv(16, 0, text) == Errno::success);
  CHECK(text == "still");
  CHECK(sock_shutdown(pair.call, 3, 3) == Errno::success);
  CHECK(pair.recv(16, 0, text) == Errno::success);
  CHECK(text.empty());
  CHECK(sock_shutdown(pair.call, 1, 1) == Errno::notsock);
  CHECK(sock_shutdown(pair.call, 9, 1) == Errno::badf);
}

TEST_CASE("a listening socket accepts") {
  Guest guest;
  REQUIRE(guest.host.listen_tcp("127.0.0.1:0").ok());
  Ref<Descriptor> listener;
  REQUIRE(guest.host.find(3, rights::sock_accept, listener) == Errno::success);
  sockaddr_in address = {};
  socklen_t length = sizeof(address);
  REQUIRE(::getsockname(listener->fd(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0);
  const Pointer out = guest.take(4);
  REQUIRE(sock_accept(guest.call, 3, fdflags::nonblock, out) == Errno::success);
  const Fd connection = guest.get<Fd>(out);
  CHECK(connection == 4);
  CHECK(guest.fdstat(connection).flags == fdflags::nonblock);
  std::string text;
  CHECK(guest.read(connection, 8, text) == Errno::again);
  CHECK(guest.write(connection, "served") == Errno::success);
  char buffer[16];
  CHECK(::recv(client.get(), buffer, sizeof(buffer), 0) == 6);
  CHECK(sock_accept(guest.call, 3, fdflags::append, out) == Errno::inval);
  CHECK(sock_accept(guest.call, connection, 0, out) == Errno::inval);  // does not listen
  CHECK(sock_accept(guest.call, 1, 0, out) == Errno::notsock);
  CHECK(sock_accept(guest.call, 3, 0, Guest::size - 2) == Errno::out_of_bounds);
  REQUIRE(fd_fdstat_set_flags(guest.call, 3, fdflags::nonblock) == Errno::success);
  CHECK(sock_accept(guest.call, 3, 0, out) == Errno::again);
}

TEST_CASE("accepting and receiving can be cancelled") {
  UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  Pair pair;
  REQUIRE(pair.guest.host.listen_tcp("127.0.0.1:0").ok());
  pair.guest.call.cancel_fd = event.get();
  std::string text;
  pair.send("abc");
  CHECK(pair.recv(2, 0, text) == Errno::success);
  CHECK(text == "ab");
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const uint64_t one = 1;
    CHECK(::write(event.get(), &one, sizeof(one)) == sizeof(one));
  });
  const Errno outcome = sock_accept(pair.call, 4, 0, pair.guest.take(4));
  canceller.join();
  CHECK(outcome == Errno::interrupted);
  CHECK(pair.recv(2, wait_all, text) == Errno::interrupted);
}

}  // namespace
}  // namespace zwasm::wasi::p1
