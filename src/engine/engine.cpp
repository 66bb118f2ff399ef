#include "engine/engine.hpp"

#include <algorithm>

#include "engine/conversion.hpp"
#include "interp/interp.hpp"
#include "os/virtual_memory.hpp"
#include "wasm/limits.hpp"

namespace zwasm {
namespace {

/// Whether the text parser should see this: text begins with a parenthesis or a comment. Text in
/// another encoding, too, for the parser says so.
bool may_be_text(std::span<const uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const std::string_view mark :
       {std::string_view("\xEF\xBB\xBF"), std::string_view("\xFF\xFE"),
        std::string_view("\xFE\xFF"), std::string_view("\0(", 2)}) {
    if (text.starts_with(mark)) return true;
  }
  for (const uint8_t byte : bytes) {
    if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') continue;
    return byte == '(' || byte == ';';
  }
  return false;
}

/// "folder/hello.wasm" -> "hello".
std::string_view stem(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? path : path.substr(0, dot);
}

}  // namespace

Engine::Engine(const Config& config)
    : config_(config),
      mode_reason_(choose_mode(config)),
      runtime_({&interp::invoke, interp::host_body(), interp::leave_cell(), interp::restore_cell()},
               mode_reason_ == ModeReason::default_ ? MemoryMode::guarded : MemoryMode::explicit_,
               config.max_stack_bytes,
               config.allocator != nullptr ? *config.allocator : system_allocator()) {}

Engine::ModeReason Engine::choose_mode(const Config& config) {
  if (config.explicit_bounds_checks) return ModeReason::configured;
  if (config.no_signals) return ModeReason::no_signals;
  if (!interp::can_trap_by_fault()) return ModeReason::interpreter;
  // Room for a few memories, or else the first one would leave nothing for the second.
  if (!os::can_reserve(4 * (guarded_reservation + guarded_guard))) return ModeReason::address_space;
  return ModeReason::default_;
}

std::string_view Engine::memory_mode_text() const {
  switch (mode_reason_) {
    case ModeReason::default_: return "guard pages";
    case ModeReason::configured: return "explicit checks (configured)";
    case ModeReason::no_signals: return "explicit checks (no signal handlers)";
    case ModeReason::interpreter: return "explicit checks (faults cannot be caught in this build)";
    case ModeReason::address_space: return "explicit checks (address space is limited)";
  }
  return {};
}

std::string_view Engine::interpreter_text() {
  return interp::can_trap_by_fault() ? "threaded code" : "portable";
}

Result<Ref<CompiledModule>> Engine::compile(os::OwnedBytes bytes, std::string_view name) {
  if (is_binary(bytes.bytes())) {
    return CompiledModule::make(runtime_, config_, std::move(bytes), name);
  }
  const std::span<const uint8_t> text = bytes.bytes();
  if (text.empty()) {
    return make_error(ErrorKind::malformed, Error::no_offset, "unexpected end: nothing to read");
  }
  if (!may_be_text(text)) {
    return make_error(
        ErrorKind::malformed, Error::no_offset,
        "magic header not detected: neither a WebAssembly binary nor its text format");
  }
  return compile(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()), name);
}

Result<Ref<CompiledModule>> Engine::compile(std::span<const uint8_t> bytes,
                                            std::string_view name) {
  return compile(ZWASM_TRY(os::OwnedBytes::copy(bytes)), name);
}

Result<Ref<CompiledModule>> Engine::compile_file(const char* path, std::string_view name) {
  if (name.empty()) name = stem(path);
  return compile(ZWASM_TRY(os::read_file(path, limits::max_module_size)), name);
}

Store Engine::make_store() {
  StoreLimits limits;
  limits.memory_bytes = config_.max_memory_bytes;
  limits.table_elements = config_.max_table_elements;
  limits.heap = {config_.max_heap_bytes, config_.collect_always};
  return Store(runtime_, limits,
               config_.fuel ? Variant::metered : Variant::plain);
}

}  // namespace zwasm
