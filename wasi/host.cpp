#include "wasi/host.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "wasi/guest_memory.hpp"
#include "wasi/poll.hpp"

namespace zwasm::wasi {
namespace {

/// Splits "address:port" or "[address]:port" and makes it a socket address.
bool parse_address(std::string_view text, sockaddr_storage& address, socklen_t& length) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  uint32_t port = 0;
  for (const char digit : text.substr(colon + 1)) {
    if (digit < '0' || digit > '9') return false;
    port = port * 10 + static_cast<uint32_t>(digit - '0');
    if (port > 0xFFFF) return false;
  }
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  char name[INET6_ADDRSTRLEN];
  if (host.size() >= sizeof(name)) return false;
  std::memcpy(name, host.data(), host.size());
  name[host.size()] = '\0';
  std::memset(&address, 0, sizeof(address));
  if (bracketed) {
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<uint16_t>(port));
    if (::inet_pton(AF_INET6, name, &v6.sin6_addr) != 1) return false;
    std::memcpy(&address, &v6, sizeof(v6));
    length = sizeof(v6);
    return true;
  }
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(static_cast<uint16_t>(port));
  if (::inet_pton(AF_INET, name, &v4.sin_addr) != 1) return false;
  std::memcpy(&address, &v4, sizeof(v4));
  length = sizeof(v4);
  return true;
}

}  // namespace

void StringTable::append(std::string_view text) {
  bytes_.append({text.data(), text.size()});
  bytes_.push_back('\0');
  ++count_;
}

Host::Host(Allocator& allocator)
    : allocator_(allocator),
      strings_(allocator, 256),
      arguments_(allocator),
      environment_(allocator),
      descriptors_(allocator),
      resolver_(Lookup::automatic, allocator),
      clock_(system_clock_source()),
      random_(system_random_source()) {
  descriptors_.push_back(Descriptor::of_stream({}, rights::stream & ~Rights{rights::writing}));
  for (int i = 0; i < 2; ++i) {
    descriptors_.push_back(Descriptor::of_stream({}, rights::stream & ~Rights{rights::fd_read}));
  }
}

void Host::inherit_stdio() {
  for (uint32_t fd = 0; fd < first_free_fd; ++fd) set_stdio_descriptor(fd, static_cast<int>(fd));
}

void Host::set_stdio_descriptor(uint32_t fd, int host_fd) {
  set(fd, Descriptor::borrowed(host_fd, fd == 0 ? input_rights : output_rights));
}

void Host::set_stdin(const Stream& stream) {
  set(0, Descriptor::of_stream(stream, rights::stream & ~Rights{rights::writing}));
}

void Host::set_stdout(const Stream& stream) {
  set(1, Descriptor::of_stream(stream, rights::stream & ~Rights{rights::fd_read}));
}

void Host::set_stderr(const Stream& stream) {
  set(2, Descriptor::of_stream(stream, rights::stream & ~Rights{rights::fd_read}));
}

/// Inserts what the embedder gives; `what` are several of them.
Status Host::insert_first(const Ref<Descriptor>& descriptor, const char* what) {
  uint32_t number;
  const Errno error = insert(descriptor, number);
  if (error == Errno::success) return {};
  if (error == Errno::nomem) return make_error(ErrorKind::host, Error::no_offset, "out of memory");
  return make_error(ErrorKind::host, Error::no_offset, "too many %s: a guest has %u descriptors",
                    what, max_descriptors);
}

Status Host::add_preopen(const char* host_path, std::string_view guest_path, bool read_only) {
  UniqueFd fd(::open(host_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return make_error(ErrorKind::host, Error::no_offset, "cannot open the directory %s: %s",
                      host_path, std::strerror(errno));
  }
  const Ref<Descriptor> descriptor =
      Descriptor::owned(std::move(fd), FileType::directory, rights::directory, rights::all);
  if (descriptor) {
    descriptor->is_preopen = true;
    descriptor->is_read_only = read_only;
    descriptor->guest_path = strings_.copy(guest_path);
  }
  return insert_first(descriptor, "directories");
}

Status Host::add_socket(UniqueFd socket) {
  FileType type;
  if (file_type_of(socket.get(), type) != Errno::success ||
      (type != FileType::socket_stream && type != FileType::socket_dgram)) {
    return make_error(ErrorKind::host, Error::no_offset, "descriptor %d is no socket",
                      socket.get());
  }
  return insert_first(
      Descriptor::owned(std::move(socket), type, rights::socket, rights::socket), "sockets");
}

bool Host::is_tcp_address(std::string_view text) {
  sockaddr_storage parsed;
  socklen_t length = 0;
  return parse_address(text, parsed, length);
}

Status Host::listen_tcp(std::string_view address) {
  const int length = static_cast<int>(address.size());
  sockaddr_storage parsed;
  socklen_t parsed_length = 0;
  if (!parse_address(address, parsed, parsed_length)) {
    return make_error(ErrorKind::host, Error::no_offset,
                      "%.*s is no address to listen on: write 127.0.0.1:PORT or [::1]:PORT", length,
                      address.data());
  }
  UniqueFd socket(::socket(parsed.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int one = 1;
  if (!socket.valid() ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&parsed), parsed_length) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    return make_error(ErrorKind::host, Error::no_offset, "cannot listen on %.*s: %s", length,
                      address.data(), std::strerror(errno));
  }
  return add_socket(std::move(socket));
}

void Host::set(uint32_t fd, const Ref<Descriptor>& descriptor) {
  const std::lock_guard lock(mutex_);
  descriptors_[fd] = descriptor;
}

Errno Host::get(uint32_t fd, Ref<Descriptor>& result) const {
  const std::lock_guard lock(mutex_);
  if (fd >= descriptors_.size() || !descriptors_[fd]) return Errno::badf;
  result = descriptors_[fd];
  return Errno::success;
}

Errno Host::find(uint32_t fd, Rights needed, Ref<Descriptor>& result) {
  ZWASM_WASI_CHECK(get(fd, result));
  result->describe();
  return result->allows(needed);
}

Errno Host::find_undescribed(uint32_t fd, Rights needed, Ref<Descriptor>& result) {
  ZWASM_WASI_CHECK(get(fd, result));
  return result->allows(needed);
}

Errno Host::insert(const Ref<Descriptor>& descriptor, uint32_t& fd) {
  if (!descriptor) return Errno::nomem;
  const std::lock_guard lock(mutex_);
  while (first_hole_ < descriptors_.size() && descriptors_[first_hole_]) ++first_hole_;
  fd = first_hole_;
  if (fd < descriptors_.size()) {
    descriptors_[fd] = descriptor;
    return Errno::success;
  }
  if (fd >= max_descriptors) return Errno::mfile;
  if (fd == descriptors_.capacity() && !descriptors_.try_reserve(size_t{fd} * 2)) {
    return Errno::nomem;
  }
  descriptors_.push_back(descriptor);
  return Errno::success;
}

/// The descriptor `fd` was taken out. With the lock held.
void Host::free_number(uint32_t fd) {
  if (fd >= first_free_fd && fd < first_hole_) first_hole_ = fd;
}

Errno Host::close(uint32_t fd) {
  Ref<Descriptor> closed;  // goes after the lock: closing may block
  const std::lock_guard lock(mutex_);
  if (fd >= descriptors_.size() || !descriptors_[fd]) return Errno::badf;
  closed = std::exchange(descriptors_[fd], {});
  free_number(fd);
  return closed->is_open() ? Errno::success : Errno::badf;
}

Errno Host::renumber(uint32_t from, uint32_t to) {
  Ref<Descriptor> closed;
  const std::lock_guard lock(mutex_);
  const auto is_open = [&](uint32_t fd) {
    return fd < descriptors_.size() && descriptors_[fd] && descriptors_[fd]->is_open();
  };
  if (!is_open(from) || !is_open(to)) return Errno::badf;
  if (from == to) return Errno::success;
  closed = std::exchange(descriptors_[to], descriptors_[from]);
  descriptors_[from] = {};
  free_number(from);
  return Errno::success;
}

Errno Host::await(Descriptor& descriptor, short events, int cancel_fd) {
  if (descriptor.is_stream()) return Errno::success;
  const bool emulated_nonblock =
      descriptor.is_borrowed() && (descriptor.flags & fdflags::nonblock) != 0;
  if (cancel_fd < 0 && !emulated_nonblock) return Errno::success;
  descriptor.describe();
  if (!descriptor.can_block()) return Errno::success;
  if ((descriptor.flags & fdflags::nonblock) != 0) {
    if (!descriptor.is_borrowed()) return Errno::success;
    pollfd fds[2] = {{descriptor.fd(), events, 0}, {}};
    uint32_t ready;
    ZWASM_WASI_CHECK(poll_or_cancel(fds, 0, -1, ready));
    return ready == 0 ? Errno::again : Errno::success;
  }
  return wait_ready(descriptor.fd(), events, cancel_fd);
}

}  // namespace zwasm::wasi
