// Where execution stopped.
#pragma once

#include <cstdint>
#include <string>

#include "base/vector.hpp"

namespace zwasm {

/// One call that had not returned.
struct BacktraceFrame {
  std::string module;    ///< the module's name; empty if it has none
  std::string function;  ///< see find_function_name (binary/names.hpp); empty if it has no name
  uint32_t function_index = 0;
  uint32_t offset = 0;   ///< of the instruction, in the module

  /// The function for people: its name without control characters, or "function[N]".
  std::string label() const;
};

/// Frames from the innermost on.
struct Backtrace {
  static constexpr size_t max_frames = 64;

  Vector<BacktraceFrame> frames;
  uint64_t omitted = 0;  ///< outer frames beyond max_frames

  bool empty() const { return frames.empty(); }
};

/// "error while executing at wasm backtrace:" and a line for each frame; ends with a newline.
std::string to_string(const Backtrace& backtrace);

}  // namespace zwasm
