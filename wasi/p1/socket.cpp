// Sockets that the embedder has opened, and those accepted from them.
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "wasi/p1/handlers.hpp"
#include "wasi/p1/iovec.hpp"
#include "wasi/p1/layout.hpp"
#include "wasi/poll.hpp"

namespace zwasm::wasi::p1 {
namespace {

constexpr uint32_t recv_peek = 1;
constexpr uint32_t recv_waitall = 2;
constexpr uint16_t recv_data_truncated = 1;
constexpr uint32_t shut_rd = 1;
constexpr uint32_t shut_wr = 2;

Errno find_socket(Call& call, Fd fd, Rights needed, Ref<Descriptor>& descriptor) {
  ZWASM_WASI_CHECK(call.host.find(fd, 0, descriptor));
  if (!descriptor->is_socket()) return Errno::notsock;
  return (needed & ~descriptor->base) == 0 ? Errno::success : Errno::notcapable;
}

/// Whether a call that would block must wait first, in a way that can be cancelled.
int dont_wait(const Call& call) { return call.cancel_fd >= 0 ? MSG_DONTWAIT : 0; }

bool is_nonblocking(const Descriptor& descriptor) {
  return (descriptor.flags & fdflags::nonblock) != 0;
}

/// Repeats `attempt`, a system call that returns -1 and errno, waiting for `events` in between.
template <class Attempt>
Errno until_done(Call& call, Descriptor& descriptor, short events, Attempt attempt,
                 ssize_t& result) {
  while (true) {
    ZWASM_WASI_CHECK(Host::await(descriptor, events, call.cancel_fd));
    result = attempt();
    if (result >= 0) return Errno::success;
    if (errno == EAGAIN && !is_nonblocking(descriptor)) {
      ZWASM_WASI_CHECK(wait_ready(descriptor.fd(), events, call.cancel_fd));
    } else if (errno != EINTR) {
      return last_errno();
    }
  }
}

}  // namespace

Errno sock_accept(Call& call, Fd fd, uint32_t flags, Pointer result) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(find_socket(call, fd, rights::sock_accept, descriptor));
  if ((flags & ~uint32_t{fdflags::nonblock}) != 0) return Errno::inval;
  if (!call.memory.contains(result, sizeof(Fd))) return Errno::out_of_bounds;
  const int socket_flags = SOCK_CLOEXEC | (flags != 0 ? SOCK_NONBLOCK : 0);
  const int listener = descriptor->fd();
  ssize_t accepted = -1;
  ZWASM_WASI_CHECK(until_done(
      call, *descriptor, POLLIN,
      [&] { return ssize_t{::accept4(listener, nullptr, nullptr, socket_flags)}; }, accepted));
  const Ref<Descriptor> connection =
      Descriptor::owned(UniqueFd(static_cast<int>(accepted)), descriptor->type, rights::socket, 0);
  if (!connection) return Errno::nomem;
  connection->flags = static_cast<uint16_t>(flags);
  Fd number;
  ZWASM_WASI_CHECK(call.host.insert(connection, number));
  return call.memory.store(result, number);
}

Errno sock_recv(Call& call, Fd fd, Pointer ri_data, Size ri_data_len, uint32_t ri_flags,
                Pointer ro_datalen, Pointer ro_flags) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(find_socket(call, fd, rights::fd_read, descriptor));
  if ((ri_flags & ~(recv_peek | recv_waitall)) != 0) return Errno::inval;
  IoVectors vectors;
  ZWASM_WASI_CHECK(vectors.load(call.memory, ri_data, ri_data_len));
  if (!call.memory.contains(ro_datalen, sizeof(Size)) ||
      !call.memory.contains(ro_flags, sizeof(uint16_t))) {
    return Errno::out_of_bounds;
  }
  const bool peek = (ri_flags & recv_peek) != 0;
  // Waiting for all is done here, so that it can be cancelled. Peeking sees what there is.
  const bool wait_all = (ri_flags & recv_waitall) != 0 && !peek && !is_nonblocking(*descriptor) &&
                        descriptor->type == FileType::socket_stream;
  uint64_t received = 0;
  uint16_t flags = 0;
  do {
    IoVectors rest;
    const std::span<iovec> list = vectors.part(received, vectors.total(), rest);
    msghdr message = {};
    message.msg_iov = list.data();
    message.msg_iovlen = list.size();
    ssize_t count = 0;
    const Errno error = until_done(
        call, *descriptor, POLLIN,
        [&] {
          return ::recvmsg(descriptor->fd(), &message, dont_wait(call) | (peek ? MSG_PEEK : 0));
        },
        count);
    if (error != Errno::success && (received == 0 || error == Errno::interrupted)) return error;
    if (error != Errno::success || count == 0) break;
    received += static_cast<uint64_t>(count);
    if ((message.msg_flags & MSG_TRUNC) != 0) flags = recv_data_truncated;
  } while (wait_all && received < vectors.total());
  ZWASM_WASI_CHECK(call.memory.store(ro_datalen, static_cast<Size>(received)));
  return call.memory.store(ro_flags, flags);
}

Errno sock_send(Call& call, Fd fd, Pointer si_data, Size si_data_len, uint32_t si_flags,
                Pointer so_datalen) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(find_socket(call, fd, rights::fd_write, descriptor));
  if (si_flags != 0) return Errno::inval;
  IoVectors vectors;
  ZWASM_WASI_CHECK(vectors.load(call.memory, si_data, si_data_len));
  if (!call.memory.contains(so_datalen, sizeof(Size))) return Errno::out_of_bounds;
  // Half a datagram is not what the guest sent.
  if (vectors.is_cut() && descriptor->type == FileType::socket_dgram) return Errno::msgsize;
  msghdr message = {};
  message.msg_iov = vectors.span().data();
  message.msg_iovlen = vectors.span().size();
  ssize_t count = 0;
  ZWASM_WASI_CHECK(until_done(
      call, *descriptor, POLLOUT,
      [&] { return ::sendmsg(descriptor->fd(), &message, MSG_NOSIGNAL | dont_wait(call)); },
      count));
  return call.memory.store(so_datalen, static_cast<Size>(count));
}

Errno sock_shutdown(Call& call, Fd fd, uint32_t how) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(find_socket(call, fd, rights::sock_shutdown, descriptor));
  int host_how;
  switch (how) {
    case shut_rd: host_how = SHUT_RD; break;
    case shut_wr: host_how = SHUT_WR; break;
    case shut_rd | shut_wr: host_how = SHUT_RDWR; break;
    default: return Errno::inval;  // over the guest's number, not over an enum of ours
  }
  return ::shutdown(descriptor->fd(), host_how) == 0 ? Errno::success : last_errno();
}

}  // namespace zwasm::wasi::p1
