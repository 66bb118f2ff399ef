// For tests: the ways of resolving paths that can be tried on this kernel.
#pragma once

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

#include "wasi/path.hpp"

namespace zwasm::wasi {

/// Both, or only the walk where openat2 does not exist (old kernels, user-mode emulation).
inline std::vector<Lookup> testable_lookups() {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  const long fd = ::syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof(how));
  if (fd < 0) return {Lookup::walk};
  ::close(static_cast<int>(fd));
  return {Lookup::openat2, Lookup::walk};
}

}  // namespace zwasm::wasi
