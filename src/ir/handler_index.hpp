// Looking up exception handlers by cell.
#pragma once

#include <cstdint>
#include <span>

#include "base/allocator.hpp"
#include "ir/exception_handler.hpp"

namespace zwasm {

/// The handlers of a function, and which of them cover a cell, without looking at the others. Any
/// two of them cover the same cells, cells of which one's are among the other's, or no common ones.
class HandlerIndex {
 public:
  static constexpr uint32_t none = ~uint32_t{0};

  /// Copies the table of a function to `arena`, which outlives this; `scratch` is for working
  /// memory. False when there is no memory.
  [[nodiscard]] bool make(std::span<const ExceptionHandler> handlers, Arena& arena,
                          Allocator& scratch);

  /// The number of the innermost handler that covers a cell, or `none`.
  uint32_t first(uint32_t cell) const;
  /// The number of the next one outwards, or `none`. Behind a delegation, the first that it does
  /// not pass by.
  uint32_t next(uint32_t number) const { return next_[number]; }
  const ExceptionHandler& operator[](uint32_t number) const { return handlers_[number]; }

 private:
  /// From this cell to where the next segment starts, `handler` is the innermost.
  struct Segment {
    uint32_t start;
    uint32_t handler;
  };

  std::span<const ExceptionHandler> handlers_;
  const uint32_t* next_ = nullptr;    ///< by number
  std::span<const Segment> segments_;  ///< ascending
};

}  // namespace zwasm
