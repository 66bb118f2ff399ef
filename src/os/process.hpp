// Facts about the running process.
#pragma once

#include <cstdint>

namespace zwasm::os {

/// The largest resident set so far, in bytes.
uint64_t peak_resident_bytes();

}  // namespace zwasm::os
