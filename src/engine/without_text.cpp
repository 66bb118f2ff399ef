// What stands for text.cpp in builds without the text format.
#include "engine/engine.hpp"

namespace zwasm {

Result<Ref<CompiledModule>> Engine::compile(std::string_view, std::string_view) {
  return make_error(ErrorKind::unsupported, Error::no_offset,
                    "the text format is not part of this build; convert the module to a binary");
}

}  // namespace zwasm
