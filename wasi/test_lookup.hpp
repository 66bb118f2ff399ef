// For tests: the ways of resolving paths that can be tried on this kernel.
#pragma once

#include <vector>

#include "os/path.hpp"
#include "wasi/path.hpp"

namespace zwasm::wasi {

/// Both, or only the walk where the kernel cannot (old kernels, user-mode emulation).
inline std::vector<Lookup> testable_lookups() {
  if (!os::has_open_beneath(AT_FDCWD)) return {Lookup::walk};
  return {Lookup::kernel, Lookup::walk};
}

}  // namespace zwasm::wasi
