#include "runtime/backtrace.hpp"

#include "base/error.hpp"

namespace zwasm {

std::string to_string(const Backtrace& backtrace) {
  std::string text = "error while executing at wasm backtrace:\n";
  size_t number = 0;
  for (const BacktraceFrame& frame : backtrace.frames.span()) {
    text += format("    %zu: %#6x - %s!", number++, frame.offset,
                   frame.module.empty() ? "<unknown>" : frame.module.c_str());
    if (frame.function.empty()) {
      text += format("<wasm function %u>\n", frame.function_index);
    } else {
      text += frame.function + "\n";
    }
  }
  if (backtrace.omitted != 0) {
    text += format("    ... and %llu more frames\n",
                   static_cast<unsigned long long>(backtrace.omitted));
  }
  return text;
}

}  // namespace zwasm
