#include "wasi/descriptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>

namespace zwasm::wasi {
namespace {

uint16_t fdflags_of_host(int flags) {
  uint16_t result = 0;
  if ((flags & O_APPEND) != 0) result |= fdflags::append;
  if ((flags & O_NONBLOCK) != 0) result |= fdflags::nonblock;
  if ((flags & O_SYNC) == O_SYNC) {
    result |= fdflags::sync;
  } else if ((flags & O_DSYNC) != 0) {
    result |= fdflags::dsync;
  }
  return result;
}

/// Why an open descriptor lacks one of the rights `needed`.
Errno refusal(const Descriptor& descriptor, Rights needed) {
  constexpr Rights content = rights::fd_read | rights::fd_write | rights::fd_seek |
                             rights::fd_tell | rights::fd_allocate | rights::fd_filestat_set_size;
  constexpr Rights beneath = rights::directory & ~Rights{rights::file};
  const Rights missing = needed & ~descriptor.base;
  if (descriptor.is_directory()) return (missing & content) != 0 ? Errno::isdir : Errno::notcapable;
  if ((missing & beneath) != 0) return Errno::notdir;
  if ((missing & (rights::sock_shutdown | rights::sock_accept)) != 0) {
    return descriptor.is_socket() ? Errno::notcapable : Errno::notsock;
  }
  if ((missing & (rights::fd_seek | rights::fd_tell)) != 0 &&
      descriptor.type != FileType::regular_file) {
    return Errno::spipe;
  }
  return (missing & content) != 0 ? Errno::badf : Errno::notcapable;
}

}  // namespace

Errno file_type_of(int fd, FileType& type) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return last_errno();
  type = file_type_of_mode(status.st_mode);
  if (type == FileType::socket_stream) {
    int socket_type = 0;
    socklen_t length = sizeof(socket_type);
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &socket_type, &length) == 0 &&
        socket_type == SOCK_DGRAM) {
      type = FileType::socket_dgram;
    }
  }
  return Errno::success;
}

Ref<Descriptor> Descriptor::make() { return Ref<Descriptor>(new (std::nothrow) Descriptor()); }

Ref<Descriptor> Descriptor::of_stream(const Stream& stream, Rights base) {
  Ref<Descriptor> descriptor = make();
  if (!descriptor) return descriptor;
  descriptor->kind = Kind::stream;
  descriptor->base = base;
  descriptor->stream = stream;
  return descriptor;
}

Ref<Descriptor> Descriptor::borrowed(int fd, Rights allowed) {
  Ref<Descriptor> descriptor = make();
  if (!descriptor) return descriptor;
  descriptor->kind = Kind::host;
  descriptor->fd_ = fd;
  descriptor->base = allowed;
  descriptor->is_described_ = false;
  return descriptor;
}

Ref<Descriptor> Descriptor::owned(UniqueFd fd, FileType type, Rights base, Rights inheriting) {
  Ref<Descriptor> descriptor = make();
  if (!descriptor) return descriptor;
  descriptor->kind = Kind::host;
  descriptor->type = type;
  descriptor->base = base;
  descriptor->inheriting = inheriting;
  descriptor->fd_ = fd.get();
  descriptor->owner_ = std::move(fd);
  return descriptor;
}

Errno Descriptor::allows(Rights needed) const {
  if (!is_open()) return Errno::badf;
  return (needed & ~base) == 0 ? Errno::success : refusal(*this, needed);
}

void Descriptor::describe() {
  if (is_described_) return;
  const std::lock_guard lock(describe_mutex_);
  if (is_described_) return;
  find_out();
  is_described_ = true;
}

void Descriptor::find_out() {
  const int host_flags = ::fcntl(fd_, F_GETFL);
  FileType host_type;
  if (host_flags < 0 || file_type_of(fd_, host_type) != Errno::success) {
    kind = Kind::closed;  // by the embedder
    return;
  }
  type = host_type;
  // Whether the host's descriptor is non-blocking is not the guest's affair: it waits in any case,
  // unless it asks for the flag itself.
  flags = fdflags_of_host(host_flags) & static_cast<uint16_t>(~fdflags::nonblock);
  Rights possible = rights::stream;
  if (type == FileType::regular_file || type == FileType::block_device) possible = rights::file;
  if (type == FileType::directory) possible = 0;
  if (is_socket()) possible = rights::socket;
  // Guests take a character device that cannot seek for a terminal.
  if (type == FileType::character_device && ::isatty(fd_) == 0) possible = rights::file;
  const int access = host_flags & O_ACCMODE;
  if (access == O_WRONLY) possible &= ~Rights{rights::fd_read};
  if (access == O_RDONLY) possible &= ~Rights{rights::writing};
  base &= possible;
}

}  // namespace zwasm::wasi
