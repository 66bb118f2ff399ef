#include "engine/compiled_module.hpp"

#include <algorithm>
#include <new>

#include "binary/module_decoder.hpp"
#include "engine/validation.hpp"
#include "binary/names.hpp"
#include "interp/interp.hpp"
#include "os/clock.hpp"
#include "runtime/host.hpp"
#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {
namespace {

/// Adds an element to a vector that is sorted by `cells`; false when there is no memory.
template <class Element>
bool insert_by_address(Vector<Element>& elements, const Element& added) {
  if (elements.size() == elements.capacity() &&
      !elements.try_reserve(std::max<size_t>(2 * elements.size(), 16))) {
    return false;
  }
  elements.push_back(added);
  const auto place = std::ranges::upper_bound(elements.begin(), elements.end() - 1, added.cells,
                                              {}, &Element::cells);
  std::rotate(place, elements.end() - 1, elements.end());
  return true;
}

Error out_of_memory() {
  return make_error(ErrorKind::host, Error::no_offset, "out of memory");
}

}  // namespace

CompiledModule::CompiledModule(Runtime& runtime, const Config& config, os::OwnedBytes bytes)
    : ModuleCode(runtime.allocator),
      runtime_(runtime),
      features_(config.features),
      deterministic_(config.deterministic),
      bytes_(std::move(bytes)),
      module_(runtime.allocator),
      type_ids_(runtime.allocator),
      raw_type_ids_(runtime.allocator),
      code_memory_(runtime.allocator),
      variants_{VariantCode(runtime.allocator), VariantCode(runtime.allocator)},
      catching_bodies_(runtime.allocator),
      reference_maps_(runtime.allocator),
      map_arena_(runtime.allocator),
      arena_(runtime.allocator) {}

CompiledModule::~CompiledModule() {
  runtime_.types.release(module_.types, type_ids_.span());
  destroy_object(runtime_.allocator, lowering_);
}

void CompiledModule::destroy() const {
  Allocator& allocator = runtime_.allocator;
  this->~CompiledModule();
  allocator.deallocate(const_cast<CompiledModule*>(this), sizeof(*this), alignof(CompiledModule));
}

Result<Ref<CompiledModule>> CompiledModule::make(Runtime& runtime, const Config& config,
                                                 os::OwnedBytes bytes, std::string_view name) {
  void* const room =
      runtime.allocator.allocate(sizeof(CompiledModule), alignof(CompiledModule));
  if (room == nullptr) return out_of_memory();
  const Ref<CompiledModule> owner(new (room) CompiledModule(runtime, config, std::move(bytes)));
  CompiledModule& self = *owner;
  self.set_fallback_name(std::string(name));
  ModuleStats& stats = self.stats_;
  const uint64_t start = os::monotonic_now();
  self.module_ = ZWASM_TRY(decode_module(self.bytes_.bytes(), self.features_, runtime.allocator));
  const uint64_t decoded = os::monotonic_now();
  self.type_ids_.resize(self.module_.types.size());
  std::ranges::fill(self.type_ids_, no_canonical_type);
  ZWASM_CHECK(
      validate_on_threads(self.module_, self.features_, runtime.types, self.type_ids_.span(),
                          config.validation_threads, runtime.allocator));
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

LoweringOptions CompiledModule::options(Variant variant,
                                        LoweringOptions::Record record) const {
  LoweringOptions options;
  options.features = features_;
  options.metered = variant == Variant::metered;
  options.guard_pages = runtime_.memory_mode == MemoryMode::guarded;
  options.deterministic = deterministic_;
  options.record = record;
  return options;
}

/// Null when there is no memory.
Lowering* CompiledModule::lowering() {
  if (lowering_ == nullptr) {
    void* const room = runtime_.allocator.allocate(sizeof(Lowering), alignof(Lowering));
    if (room != nullptr) lowering_ = new (room) Lowering(module_, runtime_.allocator);
  }
  return lowering_;
}

Status CompiledModule::lower_once(Variant variant, uint32_t defined_index) {
  VariantCode& code = variants_[static_cast<size_t>(variant)];
  FuncEntry& entry = code.entries.load(std::memory_order_acquire)[defined_index];
  const std::lock_guard lock(mutex_);
  if (entry.body.load(std::memory_order_relaxed) != interp::lazy_body()) return {};
  const uint64_t start = os::monotonic_now();
  const uint32_t function = module_.imported_functions + defined_index;
  replayed_ = nullptr;
  if (lowering() == nullptr) return make_trap(TrapKind::out_of_memory);
  ZWASM_CHECK(lowering_->lower(FuncIndex{function},
                               options(variant, LoweringOptions::Record::nothing)));
  const size_t count = lowering_->cells().size();
  Cell* cells = code_memory_.allocate(count);
  if (cells == nullptr || !keep_handlers(cells) ||
      !insert_by_address(code.bodies, {cells, static_cast<uint32_t>(count), function})) {
    return make_trap(TrapKind::out_of_memory);
  }
  lowering_->link(cells, interp::handlers());
  lowering_->trim();
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

const CompiledModule::Body* CompiledModule::find_body(uintptr_t address, Variant& variant) const {
  for (size_t i = 0; i < variant_count; ++i) {
    const std::span<const Body> bodies = variants_[i].bodies.span();
    auto body = std::ranges::upper_bound(bodies, address, {}, [](const Body& candidate) {
      return reinterpret_cast<uintptr_t>(candidate.cells);
    });
    if (body == bodies.begin()) continue;
    --body;
    if (address - reinterpret_cast<uintptr_t>(body->cells) >= body->count * sizeof(Cell)) continue;
    variant = static_cast<Variant>(i);
    return &*body;
  }
  return nullptr;
}

/// Repeats the translation of a function with all that it can tell of its cells; the same function
/// twice is no more work than once. False when there is no memory.
bool CompiledModule::replay(const Body& body, Variant variant, LoweringOptions::Record record,
                            size_t recorded_cell) {
  if (replayed_ == body.cells && replayed_record_ >= record && recorded_cell == SIZE_MAX) {
    return true;
  }
  replayed_ = nullptr;
  LoweringOptions repeated = options(variant, record);
  repeated.recorded_cell = recorded_cell;
  if (lowering() == nullptr || !lowering_->lower(FuncIndex{body.function}, repeated).ok()) {
    return false;
  }
  replayed_ = body.cells;
  replayed_record_ = record;
  return true;
}

bool CompiledModule::locate(const Cell* cell, Place place, Location& location) {
  const std::lock_guard lock(mutex_);
  const auto address = reinterpret_cast<uintptr_t>(cell) - (place == Place::behind);
  Variant variant{};
  const Body* body = find_body(address, variant);
  if (body == nullptr) return false;
  location.function = body->function;
  location.offset = module_.code(FuncIndex{body->function}).body.offset;
  if (replay(*body, variant, LoweringOptions::Record::positions)) {
    const size_t index = (address - reinterpret_cast<uintptr_t>(body->cells)) / sizeof(Cell);
    location.offset = lowering_->position(index);
  }
  return true;
}

// --- References ---------------------------------------------------------------------------------

void CompiledModule::visit_references(const Cell* cell, Place place, Slot* frame,
                                      gc::Heap& heap) {
  const std::lock_guard lock(mutex_);
  const auto address = reinterpret_cast<uintptr_t>(cell) - (place == Place::behind);
  for (const SlotRange range : reference_slots(address)) {
    for (uint32_t i = 0; i < range.count; ++i) heap.visit(frame[range.first + i]);
  }
}

std::span<const SlotRange> CompiledModule::reference_slots(uintptr_t address) {
  if (map_arena_.footprint() > max_map_bytes) {
    map_arena_.release();
    reference_maps_.clear();
    reference_map_count_ = 0;
  }
  if (reference_maps_.size() < 2 * (reference_map_count_ + 1)) grow_reference_maps();
  ReferenceMap& map = reference_map_place(address);
  if (map.address == 0) {
    map = {address, make_reference_map(address)};
    ++reference_map_count_;
  }
  return map.slots;
}

/// Where the map of an address is, or belongs.
CompiledModule::ReferenceMap& CompiledModule::reference_map_place(uintptr_t address) {
  const size_t mask = reference_maps_.size() - 1;
  size_t i = address / sizeof(Cell) & mask;
  while (reference_maps_[i].address != 0 && reference_maps_[i].address != address) {
    i = (i + 1) & mask;
  }
  return reference_maps_[i];
}

/// The translation of the function is replayed, and tells what it knew at the cell.
std::span<const SlotRange> CompiledModule::make_reference_map(uintptr_t address) {
  Variant variant{};
  const Body* body = find_body(address, variant);
  if (body == nullptr) return {};
  using Record = LoweringOptions::Record;
  size_t index = (address - reinterpret_cast<uintptr_t>(body->cells)) / sizeof(Cell);
  bool known = replay(*body, variant, Record::references);
  if (known) {
    while (!lowering_->is_safepoint(index)) --index;  // from the data of a call to its cell
    if (!lowering_->knows_references(index)) {
      known = replay(*body, variant, Record::references, index);
    }
  }
  // A collection cannot go on without knowing the roots, and cannot be undone.
  if (!known) Allocator::exit_out_of_memory(body->count * sizeof(Cell));
  const std::span<const SlotRange> locals = lowering_->local_reference_slots();
  const std::span<const SlotRange> operands = lowering_->operand_reference_slots(index);
  std::span<SlotRange> kept = map_arena_.make_array<SlotRange>(locals.size() + operands.size());
  std::ranges::copy(operands, std::ranges::copy(locals, kept.begin()).out);
  return kept;
}

void CompiledModule::grow_reference_maps() {
  Vector<ReferenceMap> old = std::move(reference_maps_);
  reference_maps_ = Vector<ReferenceMap>(runtime_.allocator);
  reference_maps_.resize(old.empty() ? 64 : old.size() * 2);
  for (const ReferenceMap& map : old) {
    if (map.address != 0) reference_map_place(map.address) = map;
  }
}

// --- Exceptions ---------------------------------------------------------------------------------

/// Keeps the handlers of the function that was lowered last; false when there is no memory.
bool CompiledModule::keep_handlers(const Cell* cells) {
  const std::span<const ExceptionHandler> handlers = lowering_->exception_handlers();
  if (handlers.empty()) return true;
  void* memory = arena_.allocate(handlers.size_bytes(), alignof(ExceptionHandler));
  if (memory == nullptr || !insert_by_address(catching_bodies_, {cells, {}})) return false;
  auto* kept = static_cast<ExceptionHandler*>(memory);
  std::ranges::copy(handlers, kept);
  std::ranges::lower_bound(catching_bodies_, cells, {}, &CatchingBody::cells)->handlers = {
      kept, handlers.size()};
  return true;
}

bool CompiledModule::find_handler(const Cell* cell, Place place, const Instance& instance,
                                  const TagInstance& tag, Landing& landing) {
  const std::lock_guard lock(mutex_);
  const Cell* const at = cell - (place == Place::behind ? 1 : 0);
  const std::span<const CatchingBody> bodies = catching_bodies_.span();
  auto body = std::ranges::upper_bound(bodies, at, {}, &CatchingBody::cells);
  if (body == bodies.begin()) return false;
  --body;
  const auto index = static_cast<size_t>(at - body->cells);
  for (size_t i = 0; i < body->handlers.size(); ++i) {
    const ExceptionHandler& handler = body->handlers[i];
    if (index < handler.start || index >= handler.end) continue;
    if (handler.tag == ExceptionHandler::delegated) {
      i = size_t{handler.landing} - 1;
      continue;
    }
    const bool any = handler.tag == ExceptionHandler::any_tag;
    if (!any && &instance.tag(handler.tag) != &tag) continue;
    landing = {body->cells + handler.landing, handler.base, handler.exception_slot, !any};
    return true;
  }
  return false;
}

}  // namespace zwasm
