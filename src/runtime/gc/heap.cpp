#include "runtime/gc/heap.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/allocator.hpp"
#include "os/clock.hpp"

namespace zwasm::gc {
namespace {

/// A moved object's header is replaced by its new address, which is even, with this bit set;
/// `Object::info` never has it.
constexpr uint64_t forwarded_bit = 1;

uint64_t& header_word(Object* object) { return *reinterpret_cast<uint64_t*>(object); }

bool contains(const os::Mapping& mapping, const Object* object) {
  return reinterpret_cast<uintptr_t>(object) - reinterpret_cast<uintptr_t>(mapping.base()) <
         mapping.size();
}

/// a * b, or the largest number.
uint64_t saturating_multiply(uint64_t a, uint64_t b) {
  uint64_t result;
  return __builtin_mul_overflow(a, b, &result) ? ~uint64_t{0} : result;
}

}  // namespace

Heap::~Heap() {
  while (large_ != nullptr) {
    LargeObject* object = std::exchange(large_, large_->next);
    allocator_.deallocate(object, sizeof(LargeObject) + object->bytes, alignof(Slot));
  }
}

Object* Heap::allocate(ObjectKind kind, CanonicalType type, uint32_t length, uint64_t bytes) {
  if (options_.torture) collect();
  Object* object = try_allocate(bytes);
  if (object == nullptr) {
    if (space_) collect();
    set_capacity(bytes);
    object = try_allocate(bytes);
    if (object == nullptr) return nullptr;
  }
  if (options_.torture) area_.end = area_.top;  // code that allocates in line comes here, too
  object->info = Object::make_info(kind, type);
  object->length = length;
  return object;
}

Object* Heap::try_allocate(uint64_t bytes) {
  if (bytes > max_inline_bytes) return allocate_large(bytes);
  if (bytes > static_cast<uint64_t>(area_.end - area_.top)) return nullptr;
  return reinterpret_cast<Object*>(std::exchange(area_.top, area_.top + bytes));
}

Object* Heap::allocate_large(uint64_t bytes) {
  if (bytes > capacity_ || large_bytes_ + area_used() > capacity_ - bytes) return nullptr;
  void* memory = allocator_.allocate(sizeof(LargeObject) + bytes, alignof(Slot));
  if (memory == nullptr) return nullptr;
  large_ = new (memory) LargeObject{large_, nullptr, bytes, false};
  large_bytes_ += bytes;
  stats_.allocated_bytes += bytes;
  area_.end = std::min(area_.end, space_.base() + (capacity_ - large_bytes_));
  return large_->object();
}

/// Makes room for `request` bytes more, and for so many that the next collection pays.
void Heap::set_capacity(uint64_t request) {
  const uint64_t live = large_bytes_ + (space_ ? area_used() : 0);
  const uint64_t wanted =
      std::max({initial_capacity, saturating_multiply(live, growth_factor), live + request});
  capacity_ = std::max(live, std::min(wanted, options_.max_bytes));
  if (!space_) {
    space_ = os::Mapping::allocate(os::round_to_pages(initial_capacity));
    if (!space_) {
      capacity_ = 0;
      return;
    }
    area_.top = space_.base();
  }
  area_.end = space_.base() + std::min<uint64_t>(space_.size(), capacity_ - large_bytes_);
}

/// Turns to an empty space with room for `used` bytes and the growth after it.
bool Heap::begin_space(uint64_t used) {
  const uint64_t least = std::max(initial_capacity, used + max_inline_bytes);
  // Room for what the capacity may become, which large objects raise too: pages that are not
  // touched cost nothing.
  const uint64_t wanted = std::max(
      least, std::min(saturating_multiply(used + large_bytes_, growth_factor), options_.max_bytes));
  if (spare_.size() < least || spare_.size() / 4 > wanted || options_.torture) {
    spare_ = os::Mapping::allocate(os::round_to_pages(wanted));
    if (!spare_) spare_ = os::Mapping::allocate(os::round_to_pages(least));
    if (!spare_) return false;
  }
  std::swap(space_, spare_);
  area_ = {space_.base(), space_.base() + space_.size()};
  return true;
}

void Heap::collect() {
  if (!space_) return;
  const uint64_t start = os::monotonic_now();
  const uint64_t used = area_used();
  stats_.peak_bytes = std::max(stats_.peak_bytes, used + large_bytes_);
  if (!roots_.prepare() || !begin_space(used)) return;
  stats_.allocated_bytes += used - survived_;
  roots_.visit_roots(*this);
  for (uint8_t* scanned = area_.top - area_used(); scanned != area_.top || gray_ != nullptr;) {
    if (scanned != area_.top) {
      auto* object = reinterpret_cast<Object*>(scanned);
      visit_children(object);
      scanned += size_of(*object);
    } else {
      visit_children(std::exchange(gray_, gray_->next_gray)->object());
    }
  }
  free_unmarked();
  survived_ = area_used();
  if (options_.torture) spare_.decommit(0, spare_.size());
  set_capacity(0);

  const uint64_t pause = os::monotonic_now() - start;
  stats_.collections += 1;
  stats_.total_pause_ns += pause;
  stats_.max_pause_ns = std::max(stats_.max_pause_ns, pause);
  stats_.live_bytes = survived_ + large_bytes_;
}

void Heap::visit_object(Slot& reference) {
  Object* const object = object_of(reference);
  if (contains(spare_, object)) {
    const uint64_t header = header_word(object);
    if ((header & forwarded_bit) != 0) {
      reference = header & ~forwarded_bit;
      return;
    }
    const uint64_t bytes = size_of(*object);
    uint8_t* const to = std::exchange(area_.top, area_.top + bytes);
    std::memcpy(to, object, bytes);
    reference = reinterpret_cast<Slot>(to);
    header_word(object) = reference | forwarded_bit;
    return;
  }
  if (contains(space_, object)) return;  // a root that was visited twice
  LargeObject* const large = reinterpret_cast<LargeObject*>(object) - 1;
  if (large->is_marked) return;
  large->is_marked = true;
  large->next_gray = std::exchange(gray_, large);
}

void Heap::visit_all(Slot* slots, std::span<const uint16_t> indices) {
  for (const uint16_t index : indices) visit(slots[index]);
}

void Heap::visit_children(Object* object) {
  const ObjectLayout& layout = types_.layout(object->type());
  switch (object->kind()) {
    case ObjectKind::struct_: visit_all(object->slots(), layout.reference_slots); return;
    case ObjectKind::exception: visit_all(object->payload(), layout.reference_slots); return;
    case ObjectKind::array:
      if (!layout.has_reference_elements) return;
      for (uint32_t i = 0; i < object->length; ++i) visit(object->slots()[i]);
      return;
  }
}

uint64_t Heap::size_of(const Object& object) const {
  if (object.kind() != ObjectKind::array) return slots_object_size(object.length);
  return array_object_size(object.length, types_.layout(object.type()).element_log2);
}

void Heap::free_unmarked() {
  for (LargeObject** link = &large_; *link != nullptr;) {
    LargeObject* const object = *link;
    if (std::exchange(object->is_marked, false)) {
      link = &object->next;
      continue;
    }
    *link = object->next;
    large_bytes_ -= object->bytes;
    allocator_.deallocate(object, sizeof(LargeObject) + object->bytes, alignof(Slot));
  }
}

HeapStats Heap::stats() const {
  HeapStats stats = stats_;
  stats.capacity_bytes = capacity_;
  if (space_) {
    stats.allocated_bytes += area_used() - survived_;
    stats.peak_bytes = std::max(stats.peak_bytes, area_used() + large_bytes_);
  }
  return stats;
}

}  // namespace zwasm::gc
