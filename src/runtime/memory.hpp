// Linear memories (specification, Memory Instances).
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "os/virtual_memory.hpp"
#include "runtime/memory_budget.hpp"
#include "runtime/ref_counted.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/types.hpp"

namespace zwasm {

class SharedMemory;
class Store;
struct Runtime;

/// How out-of-bounds accesses are found; decided once per engine, before any code is made.
enum class MemoryMode : uint8_t {
  guarded,   ///< qualifying memories reserve all that an access can reach; accesses fault
  explicit_, ///< every access is compared with the size
};

/// Whether memories of this type are guarded. A function of type and mode alone, because code is
/// shared by all instances.
constexpr bool is_guarded(const MemoryType& type, MemoryMode mode) {
  return mode == MemoryMode::guarded && type.address == AddressType::i32 &&
         type.page_size_log2 == 16;
}

/// A linear memory. Owned by its store, or part of a SharedMemory, and then thread-safe; the
/// address of the definition is its identity.
class MemoryInstance final : public MemoryDefinition {
 public:
  MemoryInstance(const MemoryInstance&) = delete;
  MemoryInstance& operator=(const MemoryInstance&) = delete;
  ~MemoryInstance();

  /// The type as declared.
  const MemoryType& type() const { return type_; }
  /// The type as the specification's matching sees it: the minimum is the current size.
  MemoryType current_type() const;

  uint64_t byte_size() const { return bytes.load(std::memory_order_acquire); }
  uint64_t pages() const { return byte_size() >> type_.page_size_log2; }
  /// What owns it, if it is shared; else null.
  SharedMemory* shared() const { return shared_; }
  bool guarded() const { return ((page_size_log2_and_guarded >> 8) & 1) != 0; }

  /// Grows by `delta` pages; false if the type's maximum, the store's limit or the system forbids
  /// it. Returns the old size in `old_pages`. An unguarded memory may move, unless it is shared.
  bool grow(uint64_t delta, uint64_t& old_pages);

 private:
  friend class SharedMemory;
  friend class Store;
  /// One of `store` and `shared` is null.
  MemoryInstance(Runtime& runtime, const Ref<MemoryBudget>& budget, const MemoryType& type,
                 Store* store, SharedMemory* shared);
  Status allocate();
  /// Makes the first `new_bytes` accessible; no less than now.
  bool commit(uint64_t new_bytes);
  bool grow_alone(uint64_t delta, uint64_t& old_pages);

  Runtime& runtime_;
  const Ref<MemoryBudget> budget_;
  Store* const store_;
  SharedMemory* const shared_;
  MemoryType type_;
  os::Mapping mapping_;
  bool movable_ = false;   ///< the mapping is no reservation: growing may move it
  uint64_t committed_ = 0; ///< bytes of a reservation that are accessible
  uint64_t accounted_ = 0; ///< bytes taken from the budget
  MemoryInstance* next_ = nullptr;  ///< in the store
};

inline MemoryInstance& instance_of(MemoryDefinition* definition) {
  return *static_cast<MemoryInstance*>(definition);
}

}  // namespace zwasm
