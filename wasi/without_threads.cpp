// What stands for threads.cpp in builds without WASI or without threads.
#include "wasi/threads.hpp"

namespace zwasm::wasi {

Threads::Threads(Store& main, Linker& linker) : main_(main), linker_(linker) {}

Threads::~Threads() = default;

Status Threads::define(const Ref<ModuleCode>&) {
  return make_error(ErrorKind::unsupported, Error::no_offset,
                    "wasi-threads is not part of this build");
}

void Threads::add_library(std::string_view, const Ref<ModuleCode>&) {}

const Error* Threads::stop() { return nullptr; }

}  // namespace zwasm::wasi
