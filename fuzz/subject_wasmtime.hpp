// wasmtime as a subject of comparison: its shared library, through its C API.
#pragma once

#include <memory>

#include "fuzz/subject.hpp"

namespace zwasm::fuzz {

/// Loads the library, and says on standard error what is wrong if it cannot be used; null then.
std::unique_ptr<Subject> load_wasmtime(const char* library);

}  // namespace zwasm::fuzz
