#include "runtime/memory.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/shared_memory.hpp"
#include "runtime/store.hpp"
#include "wasm/limits.hpp"

namespace zwasm {
namespace {

/// Unguarded memories are given address space up to this at once, so that they need not move.
constexpr uint64_t max_unguarded_reservation = uint64_t{64} << 30;
/// Sizes above this do not fit into an address space.
constexpr uint64_t max_bytes = uint64_t{1} << 47;

/// The most pages a memory of this type can ever have.
uint64_t max_pages(const MemoryType& type) {
  uint64_t pages = max_bytes >> type.page_size_log2;
  if (type.address == AddressType::i32) {
    // memory.size has to fit into an i32 too.
    pages = std::min((uint64_t{1} << 32) >> type.page_size_log2, uint64_t{0xFFFF'FFFF});
  }
  return type.limits.has_max ? std::min(pages, type.limits.max) : pages;
}

}  // namespace

MemoryInstance::MemoryInstance(Runtime& runtime, const Ref<MemoryBudget>& budget,
                               const MemoryType& type, Store* store, SharedMemory* shared)
    : MemoryDefinition{nullptr, 0, type.page_size_log2},
      runtime_(runtime),
      budget_(budget),
      store_(store),
      shared_(shared),
      type_(type) {
  if (is_guarded(type, runtime.memory_mode)) page_size_log2_and_guarded |= 1u << 8;
}

MemoryInstance::~MemoryInstance() {
  if (guarded() && mapping_) {
    runtime_.reservations.give_back(std::move(mapping_), committed_);
  }
  budget_->give_back(accounted_);
}

MemoryType MemoryInstance::current_type() const {
  MemoryType type = type_;
  type.limits.min = pages();
  return type;
}

Status MemoryInstance::allocate() {
  const uint64_t pages = type_.limits.min;
  const auto failure = [&] {
    return make_exhaustion(TrapKind::out_of_memory,
                           "cannot make a memory of %llu pages of %u bytes",
                           static_cast<unsigned long long>(pages), 1u << type_.page_size_log2);
  };
  if (pages > max_pages(type_)) return failure();
  const uint64_t size = pages << type_.page_size_log2;
  if (!budget_->take(size)) {
    const uint64_t used = budget_->used();
    return make_exhaustion(
        TrapKind::memory_limit, "a memory of %llu bytes%s, but at most %llu are allowed",
        static_cast<unsigned long long>(size),
        used == 0 ? "" : format(" beside %llu", static_cast<unsigned long long>(used)).c_str(),
        static_cast<unsigned long long>(budget_->limit()));
  }
  accounted_ = size;

  if (guarded()) {
    mapping_ = runtime_.reservations.take();
    if (!mapping_) return failure();
  } else {
    const uint64_t wanted =
        std::min({max_pages(type_) << type_.page_size_log2, max_unguarded_reservation,
                  std::max(budget_->limit(), size)});
    mapping_ = os::Mapping::reserve(
        std::max(os::round_to_pages(std::max(wanted, size)), os::page_size()));
    if (!mapping_) {
      if (type_.shared) return failure();
      movable_ = true;
      mapping_ = os::Mapping::allocate(std::max(os::round_to_pages(size), os::page_size()));
      if (!mapping_) return failure();
    }
  }
  base = mapping_.base();
  if (!commit(size)) return failure();
  bytes.store(size, std::memory_order_release);
  return {};
}

bool MemoryInstance::commit(uint64_t new_bytes) {
  const uint64_t needed = os::round_to_pages(new_bytes);
  if (movable_) {
    if (needed > mapping_.size()) {
      if (!mapping_.resize(needed)) return false;
      base = mapping_.base();
      store_->refresh_memory_bases(*this);
    }
  } else {
    if (needed > mapping_.size()) return false;
    if (!mapping_.commit(committed_, needed - committed_)) return false;
    committed_ = needed;
  }
  return true;
}

bool MemoryInstance::grow(uint64_t delta, uint64_t& old_pages) {
  if (shared_ == nullptr) return grow_alone(delta, old_pages);
  const std::lock_guard lock(shared_->grow_mutex_);
  return grow_alone(delta, old_pages);
}

bool MemoryInstance::grow_alone(uint64_t delta, uint64_t& old_pages) {
  old_pages = pages();
  if (delta == 0) return true;
  const uint64_t limit = max_pages(type_);
  if (delta > limit || old_pages > limit - delta) return false;
  const uint64_t added = delta << type_.page_size_log2;
  if (!budget_->take(added)) return false;
  const uint64_t new_bytes = (old_pages + delta) << type_.page_size_log2;
  if (!commit(new_bytes)) {
    budget_->give_back(added);
    return false;
  }
  bytes.store(new_bytes, std::memory_order_release);
  accounted_ += added;
  return true;
}

// --- Shared memories ----------------------------------------------------------------------------

Result<Ref<SharedMemory>> SharedMemory::make(Runtime& runtime, const Ref<MemoryBudget>& budget,
                                             const MemoryType& type) {
  const Ref<SharedMemory> memory(new (std::nothrow) SharedMemory(runtime, budget, type));
  if (!memory) return make_trap(TrapKind::out_of_memory);
  ZWASM_CHECK(memory->instance_.allocate());
  return memory;
}

}  // namespace zwasm
