// The garbage-collected heap of a store: bump allocation, and collection by copying what is
// reachable from one space to another (C. J. Cheney, "A nonrecursive list compacting algorithm").
// Large objects do not move; they are marked.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/virtual_memory.hpp"
#include "runtime/gc/object.hpp"

namespace zwasm::gc {

/// How a heap grows, and how it is tested.
struct HeapOptions {
  /// Bound of the bytes that objects and the room for new ones take. A collection needs as much
  /// again for a while.
  uint64_t max_bytes = ~uint64_t{0};
  /// Collects at every allocation, into fresh pages, and makes the old ones inaccessible: who holds
  /// a reference that the collector does not know faults.
  bool torture = false;
};

/// Figures of a heap, since it was made unless they say otherwise.
struct HeapStats {
  uint64_t collections = 0;      ///< how many there were
  uint64_t total_pause_ns = 0;   ///< time of all collections
  uint64_t max_pause_ns = 0;     ///< of the longest one
  uint64_t live_bytes = 0;       ///< after the last collection
  uint64_t peak_bytes = 0;       ///< objects at most at any time, live or not
  uint64_t capacity_bytes = 0;   ///< objects and room for new ones, now
  uint64_t allocated_bytes = 0;  ///< since the heap was made
};

/// Used by one thread at a time. A collection moves objects: only references that the roots visit
/// are right afterwards.
class Heap {
 public:
  /// The references from outside of the heap.
  class Roots {
   public:
    /// Before anything moves: takes what visit_roots needs. False if it cannot; then there is no
    /// collection now.
    virtual bool prepare() { return true; }
    /// Calls heap.visit for every slot, field or cell that may hold a reference to an object.
    virtual void visit_roots(Heap& heap) = 0;

   protected:
    ~Roots() = default;
  };

  /// Large objects come from the allocator, all others from mappings.
  Heap(const TypeRegistry& types, const HeapOptions& options, Roots& roots,
       Allocator& allocator = system_allocator())
      : types_(types), options_(options), roots_(roots), allocator_(allocator) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap();

  /// A new object, all bytes behind the header undefined: the caller fills them before anything
  /// else is allocated. May collect. Null when the heap is full. `bytes` is the size with the
  /// header, a multiple of 8.
  Object* allocate(ObjectKind kind, CanonicalType type, uint32_t length, uint64_t bytes);

  /// Frees what cannot be reached; nothing when there is no memory for a collection.
  void collect();

  /// For Roots: notes what a slot refers to, and changes the slot if that moved. Null, numbers and
  /// references of the host stay.
  void visit(Slot& reference) {
    if (is_object(reference)) visit_object(reference);
  }

  AllocationArea& area() { return area_; }
  HeapStats stats() const;

 private:
  /// In front of a large object.
  struct LargeObject {
    LargeObject* next;
    LargeObject* next_gray;  ///< reached, but not what it refers to
    uint64_t bytes;
    bool is_marked;
    Object* object() { return reinterpret_cast<Object*>(this + 1); }
  };
  static_assert(sizeof(LargeObject) % sizeof(Slot) == 0);

  static constexpr uint64_t initial_capacity = 512 * 1024;
  /// The capacity after a collection is this many times what survived.
  static constexpr uint64_t growth_factor = 3;

  Object* try_allocate(uint64_t bytes);
  Object* allocate_large(uint64_t bytes);
  void visit_object(Slot& reference);
  void visit_children(Object* object);
  void visit_all(Slot* slots, std::span<const uint16_t> indices);
  uint64_t size_of(const Object& object) const;
  bool begin_space(uint64_t used);
  void free_unmarked();
  void set_capacity(uint64_t request);
  uint64_t area_used() const { return static_cast<uint64_t>(area_.top - space_.base()); }

  const TypeRegistry& types_;
  const HeapOptions options_;
  Roots& roots_;
  Allocator& allocator_;
  os::Mapping space_;
  os::Mapping spare_;  ///< the other space; while collecting, the one that is left
  AllocationArea area_;
  uint64_t capacity_ = 0;
  LargeObject* large_ = nullptr;
  LargeObject* gray_ = nullptr;
  uint64_t large_bytes_ = 0;
  uint64_t survived_ = 0;   ///< bytes in the space that the last collection left
  HeapStats stats_;
};

}  // namespace zwasm::gc
