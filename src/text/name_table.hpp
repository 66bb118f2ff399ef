// Identifiers of an index space.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.hpp"
#include "base/vector.hpp"

namespace zwasm::text {

/// Maps a name within a scope (the function of a local, the struct type of a field; 0 where there
/// is but one) to a number. The names must outlive the table.
class NameTable {
 public:
  static constexpr uint32_t none = ~uint32_t{0};

  explicit NameTable(Allocator& allocator)
      : slots_(allocator), seed_(HashSeed::make(this)) {}

  /// The value of a name, or `none`.
  uint32_t find(std::string_view name, uint32_t scope = 0) const;

  /// Gives the name a value, also `none`; returns the value that it had before.
  uint32_t set(std::string_view name, uint32_t value, uint32_t scope = 0);

 private:
  struct Slot {
    std::string_view name;  ///< null data: free
    uint32_t scope = 0;
    uint32_t value = none;
  };
  size_t slot_of(std::string_view name, uint32_t scope) const;
  void grow();

  Vector<Slot> slots_;  ///< a power of two, or none
  HashSeed seed_;
  size_t used_ = 0;
};

}  // namespace zwasm::text
