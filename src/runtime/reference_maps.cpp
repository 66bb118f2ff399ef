#include "runtime/reference_maps.hpp"

#include <algorithm>
#include <utility>

namespace zwasm {
namespace {

constexpr size_t cell_bytes = 16;
constexpr size_t least_size = 64;

}  // namespace

void ReferenceMaps::clear() {
  table_ = Vector<ReferenceMap>(table_.allocator());
  wanted_.clear();
  arena_.release();
  count_ = 0;
}

void ReferenceMaps::begin() {
  wanted_.clear();
  if (arena_.footprint() + table_.size() * sizeof(ReferenceMap) > max_kept_bytes) clear();
}

/// Where the map of an address is, or belongs.
size_t ReferenceMaps::place_of(uintptr_t address) const {
  const size_t mask = table_.size() - 1;
  size_t i = address / cell_bytes & mask;
  while (table_[i].address != 0 && table_[i].address != address) i = (i + 1) & mask;
  return i;
}

bool ReferenceMaps::grow() {
  Vector<ReferenceMap> larger(table_.allocator());
  const size_t size = std::max(least_size, 2 * table_.size());
  if (!larger.try_reserve(size)) return false;
  larger.resize(size);
  std::swap(table_, larger);
  for (const ReferenceMap& map : larger) {
    if (map.address != 0) table_[place_of(map.address)] = map;
  }
  return true;
}

bool ReferenceMaps::want(ModuleCode& module, const Cell* cell, Place place) {
  if (table_.size() < 2 * (count_ + 1) && !grow()) return false;
  const uintptr_t address = address_of(cell, place);
  ReferenceMap& map = table_[place_of(address)];
  if (map.address != 0) return true;
  if (!wanted_.try_grow(1)) return false;
  map.address = address;
  ++count_;
  wanted_.push_back({address, &module, {}, {}});
  return true;
}

TrapKind ReferenceMaps::make(const std::atomic<uint32_t>& interrupt) {
  std::ranges::sort(wanted_, [](const ReferenceMap& a, const ReferenceMap& b) {
    return a.module == b.module ? a.address < b.address
                                : reinterpret_cast<uintptr_t>(a.module) <
                                      reinterpret_cast<uintptr_t>(b.module);
  });
  for (size_t first = 0; first < wanted_.size();) {
    ModuleCode* const module = wanted_[first].module;
    size_t end = first;
    while (end < wanted_.size() && wanted_[end].module == module) ++end;
    const TrapKind status = module->map_references(
        wanted_.span().subspan(first, end - first), arena_, interrupt);
    if (status != TrapKind::none) return status;
    first = end;
  }
  for (const ReferenceMap& map : wanted_) table_[place_of(map.address)] = map;
  return TrapKind::none;
}

}  // namespace zwasm
