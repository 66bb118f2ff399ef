// Random bytes of the operating system.
#pragma once

#include <cstdint>
#include <span>

namespace zwasm::os {

/// Fills `bytes` with random bytes fit for keys; false if the system has none.
[[nodiscard]] bool fill_random(std::span<uint8_t> bytes);

}  // namespace zwasm::os
