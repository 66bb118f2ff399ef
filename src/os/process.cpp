#include "os/process.hpp"

#include <sys/resource.h>

namespace zwasm::os {

uint64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace zwasm::os
