#include "runtime/backtrace.hpp"

#include "base/error.hpp"
#include "binary/names.hpp"

namespace zwasm {

std::string BacktraceFrame::label() const {
  return function_label(function, FuncIndex{function_index});
}

std::string to_string(const Backtrace& backtrace) {
  std::string text = "error while executing at wasm backtrace:\n";
  size_t number = 0;
  for (const BacktraceFrame& frame : backtrace.frames.span()) {
    text += format("    %zu: %#6x - %s!%s\n", number++, frame.offset,
                   frame.module.empty() ? "<unknown>" : printable(frame.module).c_str(),
                   frame.label().c_str());
  }
  if (backtrace.omitted != 0) {
    text += format("    ... and %llu more frames\n",
                   static_cast<unsigned long long>(backtrace.omitted));
  }
  return text;
}

}  // namespace zwasm
