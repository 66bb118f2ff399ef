#include "engine/compiled_module.hpp"

#include <algorithm>
#include <new>

#include "binary/module_decoder.hpp"
#include "engine/validation.hpp"
#include "binary/names.hpp"
#include "interp/interp.hpp"
#include "os/clock.hpp"
#include "runtime/host.hpp"
#include "runtime/store.hpp"

namespace zwasm {

CompiledModule::CompiledModule(Runtime& runtime, const Config& config, os::OwnedBytes bytes)
    : runtime_(runtime), features_(config.features), bytes_(std::move(bytes)) {}

Result<Ref<CompiledModule>> CompiledModule::make(Runtime& runtime, const Config& config,
                                                 os::OwnedBytes bytes, std::string_view name) {
  const Ref<CompiledModule> owner(new CompiledModule(runtime, config, std::move(bytes)));
  CompiledModule& self = *owner;
  self.set_fallback_name(std::string(name));
  ModuleStats& stats = self.stats_;
  const uint64_t start = os::monotonic_now();
  self.module_ = ZWASM_TRY(decode_module(self.bytes_.bytes(), self.features_));
  const uint64_t decoded = os::monotonic_now();
  self.type_ids_.resize(self.module_.types.size());
  ZWASM_CHECK(
      validate_on_threads(self.module_, self.features_, runtime.types, self.type_ids_.span(),
                          config.validation_threads));
  self.raw_type_ids_.reserve(self.type_ids_.size());
  for (const CanonicalType id : self.type_ids_.span()) {
    self.raw_type_ids_.push_back(static_cast<uint32_t>(id));
  }
  stats.decode_ns = decoded - start;
  stats.validate_ns = os::monotonic_now() - decoded;
  stats.module_bytes = self.bytes_.bytes().size();
  stats.functions = self.module_.codes.size();
  return owner;
}

ModuleStats CompiledModule::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

FuncEntry* CompiledModule::entries(Variant variant) {
  VariantCode& code = variants_[static_cast<size_t>(variant)];
  FuncEntry* entries = code.entries.load(std::memory_order_acquire);
  if (entries != nullptr) return entries;
  const std::lock_guard lock(mutex_);
  entries = code.entries.load(std::memory_order_relaxed);
  if (entries != nullptr) return entries;
  // A module without functions has a table too, so that null always means failure.
  const size_t count = module_.codes.size();
  code.entry_memory = os::Mapping::allocate(
      os::round_to_pages(std::max<size_t>(count, 1) * sizeof(FuncEntry)));
  if (!code.entry_memory) return nullptr;
  entries = reinterpret_cast<FuncEntry*>(code.entry_memory.base());
  const Cell* lazy = interp::lazy_body();
  for (size_t i = 0; i < count; ++i) new (entries + i) FuncEntry{nullptr, lazy};
  code.entries.store(entries, std::memory_order_release);
  return entries;
}

LoweringOptions CompiledModule::options(Variant variant, bool record) const {
  LoweringOptions options;
  options.features = features_;
  options.metered = variant == Variant::metered;
  options.guard_pages = runtime_.memory_mode == MemoryMode::guarded;
  options.record = record;
  return options;
}

Lowering& CompiledModule::lowering() {
  if (lowering_ == nullptr) lowering_ = std::make_unique<Lowering>(module_);
  return *lowering_;
}

Status CompiledModule::lower_once(Variant variant, uint32_t defined_index) {
  VariantCode& code = variants_[static_cast<size_t>(variant)];
  FuncEntry& entry = code.entries.load(std::memory_order_acquire)[defined_index];
  const std::lock_guard lock(mutex_);
  if (entry.body.load(std::memory_order_relaxed) != interp::lazy_body()) return {};
  const uint64_t start = os::monotonic_now();
  const uint32_t function = module_.imported_functions + defined_index;
  ZWASM_CHECK(lowering().lower(FuncIndex{function}, options(variant, false)));
  const size_t count = lowering_->cells().size();
  Cell* cells = code_memory_.allocate(count);
  if (cells == nullptr || !code.bodies.try_reserve(code.bodies.size() + 1)) {
    return make_trap(TrapKind::out_of_memory);
  }
  lowering_->link(cells, interp::handlers());
  lowering_->trim();
  code.bodies.push_back({cells, static_cast<uint32_t>(count), function});
  entry.body.store(cells, std::memory_order_release);
  stats_.lower_ns += os::monotonic_now() - start;
  stats_.functions_lowered += 1;
  stats_.cell_bytes = code_memory_.used_bytes();
  return {};
}

TrapKind CompiledModule::lower(VMContext* vmctx, FuncEntry* entry) {
  for (size_t i = 0; i < variant_count; ++i) {
    FuncEntry* first = variants_[i].entries.load(std::memory_order_acquire);
    if (first == nullptr || entry < first || entry >= first + module_.codes.size()) continue;
    const auto index = static_cast<uint32_t>(entry - first);
    Observer* const observer = vmctx->execution->store->observer();
    const uint64_t start = observer == nullptr ? 0 : os::monotonic_now();
    Status status = lower_once(static_cast<Variant>(i), index);
    if (observer != nullptr) {
      observer->function_lowered(*this, module_.imported_functions + index,
                                 os::monotonic_now() - start, status.ok());
    }
    if (status.ok()) return TrapKind::none;
    Error error = status.take_error();
    if (error.kind != ErrorKind::unsupported) return error.trap;
    const uint32_t function = module_.imported_functions + index;
    error.message += " in " + function_label(find_function_name(module_, FuncIndex{function}),
                                             FuncIndex{function});
    raise_error(vmctx, std::move(error));
    return TrapKind::unsupported;
  }
  return TrapKind::unsupported;
}

Status CompiledModule::lower_all(Variant variant) {
  if (entries(variant) == nullptr) return make_trap(TrapKind::out_of_memory);
  Status first;
  for (uint32_t i = 0; i < module_.codes.size(); ++i) {
    Status status = lower_once(variant, i);
    if (!status.ok() && first.ok()) first = std::move(status);
  }
  return first;
}

bool CompiledModule::locate(const Cell* cell, Place place, Location& location) {
  const std::lock_guard lock(mutex_);
  const auto address = reinterpret_cast<uintptr_t>(cell) - (place == Place::behind);
  for (size_t i = 0; i < variant_count; ++i) {
    const Vector<Body>& bodies = variants_[i].bodies;
    const auto body = std::ranges::find_if(bodies, [&](const Body& candidate) {
      const auto first = reinterpret_cast<uintptr_t>(candidate.cells);
      return address - first < candidate.count * sizeof(Cell);
    });
    if (body == bodies.end()) continue;
    location.function = body->function;
    location.offset = module_.code(FuncIndex{body->function}).body.offset;
    const Status replayed = lowering().lower(FuncIndex{body->function},
                                             options(static_cast<Variant>(i), true));
    if (replayed.ok()) {
      const size_t index = (address - reinterpret_cast<uintptr_t>(body->cells)) / sizeof(Cell);
      location.offset = lowering_->position(index);
    }
    return true;
  }
  return false;
}

}  // namespace zwasm
