#include "os/file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

namespace zwasm::os {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ > STDIN_FILENO) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error system_error(const char* action) {
  return make_error(ErrorKind::host, Error::no_offset, "%s: %s", action, strerror(errno));
}

Error no_memory(size_t size) {
  return make_exhaustion(TrapKind::out_of_memory, "%zu bytes for a module", size);
}

}  // namespace

Result<OwnedBytes> OwnedBytes::copy(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return OwnedBytes();
  const size_t capacity = round_to_pages(bytes.size());
  Mapping mapping = capacity == 0 ? Mapping() : Mapping::allocate(capacity);
  if (!mapping) return no_memory(bytes.size());
  memcpy(mapping.base(), bytes.data(), bytes.size());
  return OwnedBytes(std::move(mapping), bytes.size());
}

Result<OwnedBytes> read_file(const char* path, size_t max_bytes) {
  const bool standard_input = std::string_view(path) == "-";
  const Descriptor file(standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error("cannot open");
  struct stat status;
  if (fstat(file.get(), &status) != 0) return system_error("cannot read");
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return system_error("cannot read");
  }
  // One byte more than the file seems to have, so that the end is seen without growing.
  size_t expected = 64 * 1024;
  if (S_ISREG(status.st_mode) && status.st_size >= 0) {
    expected = static_cast<size_t>(status.st_size) + 1;
  }
  if (expected > max_bytes) expected = max_bytes + 1;
  Mapping mapping = Mapping::allocate(round_to_pages(expected));
  if (!mapping) return no_memory(expected);
  mapping.populate(0, mapping.size());
  size_t size = 0;
  for (;;) {
    if (size == mapping.size() && !mapping.resize(mapping.size() * 2)) {
      return no_memory(mapping.size() * 2);
    }
    const ssize_t count = read(file.get(), mapping.base() + size, mapping.size() - size);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {  // somebody who shares standard input made it non-blocking
        pollfd ready = {file.get(), POLLIN, 0};
        poll(&ready, 1, -1);
        continue;
      }
      return system_error("cannot read");
    }
    if (count == 0) break;
    size += static_cast<size_t>(count);
    if (size > max_bytes) {
      return make_error(ErrorKind::host, Error::no_offset, "cannot read: more than %zu bytes",
                        max_bytes);
    }
  }
  return OwnedBytes(std::move(mapping), size);
}

}  // namespace zwasm::os
