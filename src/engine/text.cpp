// Modules in the text format.
#include "engine/engine.hpp"
#include "os/clock.hpp"
#include "text/parser.hpp"
#include "text/source_position.hpp"

namespace zwasm {

Result<Ref<CompiledModule>> Engine::compile(std::string_view text, std::string_view name) {
  const uint64_t start = os::monotonic_now();
  const Vector<uint8_t> binary =
      ZWASM_TRY(parse_module(text, config_.features, runtime_.allocator));
  const uint64_t text_ns = os::monotonic_now() - start;
  os::OwnedBytes bytes = ZWASM_TRY(os::OwnedBytes::copy(binary.span()));
  auto module = CompiledModule::make(runtime_, config_, std::move(bytes), name);
  if (!module.ok()) {
    return at_source(module.take_error(), text, config_.features, binary.span());
  }
  (*module)->set_text_ns(text_ns);
  return module;
}

}  // namespace zwasm
