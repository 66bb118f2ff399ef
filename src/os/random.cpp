#include "os/random.hpp"

#include <errno.h>
#include <sys/random.h>

namespace zwasm::os {

bool fill_random(std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = getrandom(bytes.data(), bytes.size(), 0);
    if (count < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace zwasm::os
