#include "os/path.hpp"

#include <errno.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace zwasm::os {

int open_beneath(int root, const char* path, int flags, mode_t mode) {
  open_how how = {};
  how.flags = static_cast<__u64>(flags | O_CLOEXEC);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof(how)));
}

bool has_open_beneath(int root) {
  const int saved_errno = errno;
  const int fd = open_beneath(root, ".", place_only | O_DIRECTORY, 0);
  if (fd >= 0) close(fd);
  errno = saved_errno;
  return fd >= 0;
}

ssize_t read_link(int place, char* target, size_t size) {
  return readlinkat(place, "", target, size);
}

int set_times(int place, const timespec times[2]) {
  if (utimensat(place, "", times, AT_EMPTY_PATH) == 0) return 0;
  if (errno != EINVAL && errno != ENOENT) return -1;
  // Kernels before 5.8: the descriptor's link in /proc leads to exactly the file that is open.
  char name[32];
  snprintf(name, sizeof(name), "/proc/self/fd/%d", place);
  return utimensat(AT_FDCWD, name, times, 0);
}

int allocate(int fd, uint64_t offset, uint64_t length) {
  return fallocate(fd, 0, static_cast<off_t>(offset), static_cast<off_t>(length));
}

}  // namespace zwasm::os
