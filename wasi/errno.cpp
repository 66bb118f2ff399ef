// The one place that maps the host's error numbers.
#include <cerrno>

#include "wasi/types.hpp"

namespace zwasm::wasi {

Errno errno_from_host(int host_errno) {
  switch (host_errno) {
#define ERRNO(name, host) \
  case host: return Errno::name;
#include "wasi/errno.def"
    default: return Errno::io;  // over int, not over an enum of ours
  }
}

Errno last_errno() { return errno_from_host(errno); }

const char* errno_name(Errno error) {
  switch (error) {
#define ERRNO(name, host) \
  case Errno::name: return #name;
#include "wasi/errno.def"
    case Errno::out_of_bounds: return "out of bounds";
    case Errno::interrupted: return "interrupted";
    case Errno::exited: return "exited";
  }
  return "";
}

}  // namespace zwasm::wasi
