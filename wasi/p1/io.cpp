// Reading and writing.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "wasi/p1/handlers.hpp"
#include "wasi/p1/iovec.hpp"
#include "wasi/p1/layout.hpp"
#include "wasi/poll.hpp"

namespace zwasm::wasi::p1 {
namespace {

/// A write of this size to a pipe that polls as writable does not block.
constexpr uint64_t unblocked_write = PIPE_BUF;

Errno read_stream(Descriptor& descriptor, std::span<const iovec> list, Size& count) {
  count = 0;
  if (descriptor.stream.read == nullptr) return Errno::success;
  for (const iovec& buffer : list) {
    size_t moved = 0;
    const Errno error = descriptor.stream.read(
        descriptor.stream.data, {static_cast<uint8_t*>(buffer.iov_base), buffer.iov_len}, moved);
    if (error != Errno::success) return count != 0 ? Errno::success : error;
    count += static_cast<Size>(moved);
    if (moved < buffer.iov_len) break;
  }
  return Errno::success;
}

Errno write_stream(Descriptor& descriptor, std::span<const iovec> list, Size& count) {
  count = 0;
  for (const iovec& buffer : list) {
    size_t moved = buffer.iov_len;
    if (descriptor.stream.write != nullptr) {
      moved = 0;
      const Errno error = descriptor.stream.write(
          descriptor.stream.data, {static_cast<uint8_t*>(buffer.iov_base), buffer.iov_len}, moved);
      if (error != Errno::success) return count != 0 ? Errno::success : error;
    }
    count += static_cast<Size>(moved);
    if (moved < buffer.iov_len) break;
  }
  return Errno::success;
}

/// writev to what may be a pipe without a reader: the error is for the guest, the signal that comes
/// with it for nobody. It is blocked for this thread, to which alone the kernel sends it, and taken
/// away before others can be reached by it.
ssize_t write_without_signal(int fd, std::span<const iovec> list) {
  sigset_t pipe, before, pending;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  // One that was waiting already is not ours to take.
  const bool was_blocked = ::sigismember(&before, SIGPIPE) == 1;
  const bool was_pending =
      was_blocked && ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGPIPE) == 1;
  const ssize_t moved = ::writev(fd, list.data(), static_cast<int>(list.size()));
  const int error = errno;
  if (moved < 0 && error == EPIPE && !was_pending) {
    const timespec now = {};
    while (::sigtimedwait(&pipe, nullptr, &now) < 0 && errno == EINTR) {
    }
  }
  if (!was_blocked) ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return moved;
}

/// writev, or what stands for it where that could raise SIGPIPE. With `signal`, the host's own
/// descriptors may.
ssize_t write_some(const Descriptor& descriptor, std::span<iovec> list, bool signal) {
  if (descriptor.is_socket()) {
    msghdr message = {};
    message.msg_iov = list.data();
    message.msg_iovlen = list.size();
    return ::sendmsg(descriptor.fd(), &message, MSG_NOSIGNAL);
  }
  if (descriptor.can_block() && !(signal && descriptor.is_borrowed())) {
    return write_without_signal(descriptor.fd(), list);
  }
  return ::writev(descriptor.fd(), list.data(), static_cast<int>(list.size()));
}

/// Whether the guest expects to wait. The host's descriptor may be non-blocking all the same: who
/// shares it may have made it so.
bool blocks(const Descriptor& descriptor) {
  return (descriptor.flags & fdflags::nonblock) == 0;
}

Errno read_host(Descriptor& descriptor, IoVectors& vectors, int cancel_fd, Size& count) {
  while (true) {
    if (vectors.total() != 0) ZWASM_WASI_CHECK(Host::await(descriptor, POLLIN, cancel_fd));
    const std::span<iovec> list = vectors.span();
    const ssize_t moved = ::readv(descriptor.fd(), list.data(), static_cast<int>(list.size()));
    if (moved >= 0) {
      count = static_cast<Size>(moved);
      return Errno::success;
    }
    if (errno == EAGAIN && blocks(descriptor)) {
      ZWASM_WASI_CHECK(wait_ready(descriptor.fd(), POLLIN, cancel_fd));
    } else if (errno != EINTR) {
      return last_errno();
    }
  }
}

/// Writes all, unless the descriptor is non-blocking. While somebody may cancel, what goes to a
/// pipe or terminal goes in pieces that cannot block.
Errno write_host(const Host& host, Descriptor& descriptor, IoVectors& vectors, int cancel_fd,
                 Size& count) {
  const bool in_pieces = cancel_fd >= 0 && descriptor.can_block() && blocks(descriptor);
  uint64_t written = 0;
  while (true) {
    if (vectors.total() != 0) {
      const Errno error = Host::await(descriptor, POLLOUT, cancel_fd);
      if (error == Errno::again && written != 0) break;
      ZWASM_WASI_CHECK(error);
    }
    IoVectors rest;
    const std::span<iovec> list =
        in_pieces      ? vectors.part(written, unblocked_write, rest)
        : written != 0 ? vectors.part(written, vectors.total(), rest)
                       : vectors.span();
    const ssize_t moved = write_some(descriptor, list, host.signals_broken_pipe());
    if (moved < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN && blocks(descriptor)) {
        ZWASM_WASI_CHECK(wait_ready(descriptor.fd(), POLLOUT, cancel_fd));
        continue;
      }
      if (written != 0) break;
      return last_errno();
    }
    written += static_cast<uint64_t>(moved);
    if (moved == 0 || written == vectors.total() || !blocks(descriptor)) break;
  }
  count = static_cast<Size>(written);
  return Errno::success;
}

}  // namespace

Errno IoVectors::load(const GuestMemory& memory, Pointer list, Size length) {
  const uint8_t* entries = memory.at(list, uint64_t{length} * sizeof(Iovec));
  if (entries == nullptr && length != 0) return Errno::out_of_bounds;
  is_cut_ = length > IOV_MAX;
  const Size used = is_cut_ ? Size{IOV_MAX} : length;
  for (Size i = 0; i < used; ++i) {
    Iovec entry;
    std::memcpy(&entry, entries + i * sizeof(Iovec), sizeof(entry));
    if (entry.buf_len == 0) continue;
    uint8_t* bytes = memory.at(entry.buf, entry.buf_len);
    if (bytes == nullptr) return Errno::out_of_bounds;
    // The kernel moves at most 2 GiB in one call, and the guest's count has 32 bits.
    const uint64_t room = uint64_t{INT32_MAX} - total_;
    const uint64_t size = entry.buf_len < room ? entry.buf_len : room;
    list_[count_++] = {bytes, static_cast<size_t>(size)};
    total_ += size;
    if (size < entry.buf_len) {
      is_cut_ = true;
      break;
    }
  }
  return Errno::success;
}

std::span<iovec> IoVectors::part(uint64_t skip, uint64_t limit, IoVectors& result) const {
  result.count_ = 0;
  for (uint32_t i = 0; i < count_ && limit != 0; ++i) {
    if (skip >= list_[i].iov_len) {
      skip -= list_[i].iov_len;
      continue;
    }
    const uint64_t left = list_[i].iov_len - skip;
    const uint64_t size = left < limit ? left : limit;
    result.list_[result.count_++] = {static_cast<uint8_t*>(list_[i].iov_base) + skip,
                                     static_cast<size_t>(size)};
    skip = 0;
    limit -= size;
  }
  return result.span();
}

Errno fd_read(Call& call, Fd fd, Pointer iovs, Size iovs_len, Pointer nread) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find_undescribed(fd, rights::fd_read, descriptor));
  IoVectors vectors;
  ZWASM_WASI_CHECK(vectors.load(call.memory, iovs, iovs_len));
  if (!call.memory.contains(nread, sizeof(Size))) return Errno::out_of_bounds;
  Size count = 0;
  if (descriptor->is_stream()) {
    ZWASM_WASI_CHECK(Host::await(*descriptor, POLLIN, call.cancel_fd));
    ZWASM_WASI_CHECK(read_stream(*descriptor, vectors.span(), count));
  } else {
    ZWASM_WASI_CHECK(read_host(*descriptor, vectors, call.cancel_fd, count));
  }
  return call.memory.store(nread, count);
}

Errno fd_write(Call& call, Fd fd, Pointer iovs, Size iovs_len, Pointer nwritten) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find_undescribed(fd, rights::fd_write, descriptor));
  IoVectors vectors;
  ZWASM_WASI_CHECK(vectors.load(call.memory, iovs, iovs_len));
  if (!call.memory.contains(nwritten, sizeof(Size))) return Errno::out_of_bounds;
  Size count = 0;
  if (descriptor->is_stream()) {
    ZWASM_WASI_CHECK(Host::await(*descriptor, POLLOUT, call.cancel_fd));
    ZWASM_WASI_CHECK(write_stream(*descriptor, vectors.span(), count));
  } else {
    ZWASM_WASI_CHECK(write_host(call.host, *descriptor, vectors, call.cancel_fd, count));
  }
  return call.memory.store(nwritten, count);
}

Errno fd_pread(Call& call, Fd fd, Pointer iovs, Size iovs_len, uint64_t offset, Pointer nread) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_read | rights::fd_seek, descriptor));
  IoVectors vectors;
  ZWASM_WASI_CHECK(vectors.load(call.memory, iovs, iovs_len));
  if (!call.memory.contains(nread, sizeof(Size))) return Errno::out_of_bounds;
  if (offset > INT64_MAX) return Errno::inval;
  const std::span<iovec> list = vectors.span();
  const ssize_t count = ::preadv(descriptor->fd(), list.data(), static_cast<int>(list.size()),
                                 static_cast<off_t>(offset));
  if (count < 0) return last_errno();
  return call.memory.store(nread, static_cast<Size>(count));
}

Errno fd_pwrite(Call& call, Fd fd, Pointer iovs, Size iovs_len, uint64_t offset, Pointer nwritten) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_write | rights::fd_seek, descriptor));
  IoVectors vectors;
  ZWASM_WASI_CHECK(vectors.load(call.memory, iovs, iovs_len));
  if (!call.memory.contains(nwritten, sizeof(Size))) return Errno::out_of_bounds;
  if (offset > INT64_MAX) return Errno::inval;
  const std::span<iovec> list = vectors.span();
  const ssize_t count = ::pwritev(descriptor->fd(), list.data(), static_cast<int>(list.size()),
                                  static_cast<off_t>(offset));
  if (count < 0) return last_errno();
  return call.memory.store(nwritten, static_cast<Size>(count));
}

}  // namespace zwasm::wasi::p1
