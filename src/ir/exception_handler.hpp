// Where exceptions are caught in the register IR of a function.
#pragma once

#include <cstdint>

namespace zwasm {

/// A catch clause. The table of a function lists them from the inside out, and those of one block
/// in the order in which they are tried: the first that covers a cell and matches is the handler.
struct ExceptionHandler {
  static constexpr uint32_t any_tag = ~uint32_t{0};
  /// The exception passes by all handlers before number `landing` (legacy `delegate`).
  static constexpr uint32_t delegated = any_tag - 1;
  static constexpr uint16_t no_slot = 0xFFFF;

  uint32_t start, end;      ///< covers the cells [start, end)
  uint32_t tag;             ///< index of the module, or one of the above
  uint32_t landing;         ///< cell where execution goes on
  uint16_t base;            ///< the parameters of the tag go to the slots from here on
  uint16_t exception_slot;  ///< the exception reference goes here, if anywhere
};

}  // namespace zwasm
