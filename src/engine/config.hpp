// How an engine is set up.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/allocator.hpp"
#include "wasm/features.hpp"
#include "wasm/limits.hpp"

namespace zwasm {

/// Which code may run.
enum class TierPolicy : uint8_t {
  automatic,    ///< every tier of this build
  interpreter,  ///< only the interpreter
};

/// Options of an Engine; the defaults suit most embedders.
struct Config {
  /// Where the engine, its modules and its stores get memory for everything but mappings (linear
  /// memories, stacks, code, the garbage-collected heap's spaces) and the texts of errors; outlives
  /// the engine. Null: malloc. See Allocator::allocate_or_exit for what happens when there is none.
  Allocator* allocator = nullptr;
  Features features;
  TierPolicy tier = TierPolicy::automatic;
  /// Charge fuel, one per instruction; see Store::set_fuel. A store begins without any.
  bool fuel = false;
  size_t max_stack_bytes = size_t{1} << 20;  ///< of values of a running call
  /// Of all linear memories of a store: memory.grow returns -1 above, instantiation fails.
  uint64_t max_memory_bytes = ~uint64_t{0};
  uint64_t max_table_elements = limits::max_table_elements;  ///< of all tables of a store
  /// Threads that validate one big module, the calling one included; 0: one for each processor.
  /// Never more than four. All but the calling one have ended when the module is there.
  unsigned validation_threads = 0;
  /// Of the structs, arrays and exceptions of a store.
  uint64_t max_heap_bytes = uint64_t{4} << 30;
  /// For tests: collect garbage at every allocation, and make objects' old places inaccessible.
  bool collect_always = false;
  /// One answer everywhere: the NaNs that instructions compute are canonical. (The relaxed vector
  /// instructions have one answer anyway.)
  bool deterministic = false;
  /// Install no signal handlers. Implies explicit bounds checks.
  bool no_signals = false;
  /// Compare every memory access with the memory's size, and reserve no address space for guards.
  bool explicit_bounds_checks = false;
};

}  // namespace zwasm
