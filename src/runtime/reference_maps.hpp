// Where a collection finds references in frames of wasm functions.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/allocator.hpp"
#include "base/error.hpp"
#include "base/vector.hpp"
#include "runtime/frame.hpp"
#include "runtime/module_code.hpp"

namespace zwasm {

/// The slots of a frame that may hold references to objects while a call or an allocation runs, but
/// for those that belong to the callee.
struct ReferenceMap {
  uintptr_t address;  ///< in the cells of the call or allocation
  ModuleCode* module;
  std::span<const SlotRange> locals;
  std::span<const SlotRange> operands;
};

/// The maps of a store's frames, some of them from earlier collections. All that may fail comes
/// before anything moves: `begin`, `want` for every frame, `make`; then `find`.
class ReferenceMaps {
 public:
  using Place = ModuleCode::Place;

  explicit ReferenceMaps(Allocator& allocator)
      : table_(allocator), wanted_(allocator), arena_(allocator) {}

  void begin();
  /// False when there is no memory.
  [[nodiscard]] bool want(ModuleCode& module, const Cell* cell, Place place);
  /// Asks the modules for the maps that are new. May be interrupted; or out_of_memory.
  [[nodiscard]] TrapKind make(const std::atomic<uint32_t>& interrupt);
  /// A map that was wanted since `begin`.
  const ReferenceMap& find(const Cell* cell, Place place) const {
    return table_[place_of(address_of(cell, place))];
  }
  void clear();

 private:
  /// Bytes that are kept from one collection to the next: maps can be made anew.
  static constexpr size_t max_kept_bytes = size_t{1} << 20;

  static uintptr_t address_of(const Cell* cell, Place place) {
    return reinterpret_cast<uintptr_t>(cell) - (place == Place::behind);
  }
  size_t place_of(uintptr_t address) const;
  bool grow();

  Vector<ReferenceMap> table_;  ///< open addressing, address 0 is free; the size is a power of two
  size_t count_ = 0;
  Vector<ReferenceMap> wanted_;  ///< those in the table that are not made yet
  Arena arena_;
};

}  // namespace zwasm
