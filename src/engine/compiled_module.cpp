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
#include "runtime/reference_maps.hpp"
#include "runtime/store.hpp"

namespace zwasm {
namespace {

/// Adds an element to a vector that is sorted by `cells`; false when there is no memory.
template <class Element>
bool insert_by_address(Vector<Element>& elements, const Element& added) {
  if (!elements.try_grow(1)) return false;
  elements.push_back(added);
  const auto place = std::ranges::upper_bound(elements.begin(), elements.end() - 1, added.cells,
                                              {}, &Element::cells);
  std::rotate(place, elements.end() - 1, elements.end());
  return true;
}

/// Makes a copy in an arena; false when there is no memory.
bool copy_ranges(std::span<const SlotRange> ranges, Arena& arena,
                 std::span<const SlotRange>& copy) {
  copy = {};
  if (ranges.empty()) return true;
  auto* const room =
      static_cast<SlotRange*>(arena.allocate(ranges.size_bytes(), alignof(SlotRange)));
  if (room == nullptr) return false;
  std::ranges::copy(ranges, room);
  copy = {room, ranges.size()};
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

/// Repeats the translation of a function with what it can tell of its cells; the same function
/// twice is no more work than once. False when there is no memory.
bool CompiledModule::replay(const Body& body, Variant variant, LoweringOptions::Record record) {
  return (replayed_ == body.cells && replayed_record_ >= record) ||
         replay_anew(body, variant, record, {});
}

bool CompiledModule::replay_anew(const Body& body, Variant variant,
                                 LoweringOptions::Record record,
                                 std::span<const uint32_t> recorded_cells) {
  replayed_ = nullptr;
  LoweringOptions repeated = options(variant, record);
  repeated.recorded_cells = recorded_cells;
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

TrapKind CompiledModule::map_references(std::span<ReferenceMap> maps, Arena& arena,
                                        const std::atomic<uint32_t>& interrupt) {
  while (!maps.empty()) {
    if (interrupt.load(std::memory_order_relaxed) != 0) return TrapKind::interrupted;
    const std::lock_guard lock(mutex_);
    Variant variant{};
    const Body* const body = find_body(maps.front().address, variant);
    size_t count = 1;
    if (body != nullptr) {
      const auto end = reinterpret_cast<uintptr_t>(body->cells + body->count);
      while (count < maps.size() && maps[count].address < end) ++count;
      if (!map_function(*body, variant, maps.first(count), arena)) return TrapKind::out_of_memory;
    }
    maps = maps.subspan(count);
  }
  return TrapKind::none;
}

/// The translation of a function is replayed, once, and tells what it knew at the cells. False when
/// there is no memory.
bool CompiledModule::map_function(const Body& body, Variant variant, std::span<ReferenceMap> maps,
                                  Arena& arena) {
  Vector<uint32_t> cells(runtime_.allocator);
  if (!cells.try_reserve(maps.size())) return false;
  for (const ReferenceMap& map : maps) {
    cells.push_back(static_cast<uint32_t>(
        (map.address - reinterpret_cast<uintptr_t>(body.cells)) / sizeof(Cell)));
  }
  using Record = LoweringOptions::Record;
  const auto is_known = [&](uint32_t cell) {
    return lowering_->knows_references(lowering_->safepoint(cell));
  };
  if ((replayed_ != body.cells || replayed_record_ != Record::references ||
       !std::ranges::all_of(cells, is_known)) &&
      !replay_anew(body, variant, Record::references, cells.span())) {
    return false;
  }
  std::span<const SlotRange> locals;
  if (!copy_ranges(lowering_->local_reference_slots(), arena, locals)) return false;
  for (size_t i = 0; i < maps.size(); ++i) {
    maps[i].locals = locals;
    if (!copy_ranges(lowering_->operand_reference_slots(lowering_->safepoint(cells[i])), arena,
                     maps[i].operands)) {
      return false;
    }
  }
  return true;
}

// --- Exceptions ---------------------------------------------------------------------------------

/// Keeps the handlers of the function that was lowered last; false when there is no memory.
bool CompiledModule::keep_handlers(const Cell* cells) {
  const std::span<const ExceptionHandler> handlers = lowering_->exception_handlers();
  if (handlers.empty()) return true;
  HandlerIndex index;
  return index.make(handlers, arena_, runtime_.allocator) &&
         insert_by_address(catching_bodies_, {cells, index});
}

bool CompiledModule::find_handler(const Cell* cell, Place place, const Instance& instance,
                                  const TagInstance& tag, Landing& landing) {
  const std::lock_guard lock(mutex_);
  const Cell* const at = cell - (place == Place::behind ? 1 : 0);
  const std::span<const CatchingBody> bodies = catching_bodies_.span();
  auto body = std::ranges::upper_bound(bodies, at, {}, &CatchingBody::cells);
  if (body == bodies.begin()) return false;
  --body;
  const HandlerIndex& handlers = body->handlers;
  for (uint32_t i = handlers.first(static_cast<uint32_t>(at - body->cells));
       i != HandlerIndex::none; i = handlers.next(i)) {
    const ExceptionHandler& handler = handlers[i];
    if (handler.tag == ExceptionHandler::delegated) continue;
    const bool any = handler.tag == ExceptionHandler::any_tag;
    if (!any && &instance.tag(handler.tag) != &tag) continue;
    landing = {body->cells + handler.landing, handler.base, handler.exception_slot, !any};
    return true;
  }
  return false;
}

}  // namespace zwasm
