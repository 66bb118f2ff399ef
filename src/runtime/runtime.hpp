// What all stores of an engine share.
#pragma once

#include <cstdint>

#include "runtime/gc/heap.hpp"
#include "runtime/memory.hpp"
#include "runtime/reservation_pool.hpp"
#include "runtime/stack.hpp"
#include "runtime/vm_context.hpp"
#include "runtime/watchdog.hpp"
#include "wasm/limits.hpp"
#include "wasm/type_canon.hpp"

namespace zwasm {

/// How wasm is entered: given by the engine, so that the runtime names no tier.
struct EntryPoints {
  /// Calls `function` (not a host function) with its arguments at args[0..]; see interp::invoke.
  TrapKind (*invoke)(ExecutionContext& context, const FuncRef& function, Slot* args);
  const Cell* host_body;  ///< body of host functions
  // `next` of the control records that are no calls (runtime/frame.hpp).
  const Cell* leave;
  const Cell* restore;
};

/// Bounds of what one store may use.
struct StoreLimits {
  uint64_t memory_bytes = ~uint64_t{0};              ///< of all linear memories
  uint64_t table_elements = limits::max_table_elements;  ///< of all tables
  gc::HeapOptions heap = {};                             ///< of structs, arrays and exceptions
};

/// Shared by the stores of an engine and outlives them. Thread-safe.
struct Runtime {
  /// The allocator outlives the runtime, and everything of it.
  Runtime(const EntryPoints& the_entry_points, MemoryMode mode, size_t stack_bytes,
          Allocator& memory = system_allocator())
      : allocator(memory),
        entry_points(the_entry_points),
        memory_mode(mode),
        types(memory),
        stacks(stack_bytes, memory),
        reservations(memory),
        watchdog(memory) {}

  Allocator& allocator;
  const EntryPoints entry_points;
  const MemoryMode memory_mode;
  TypeRegistry types;
  StackPool stacks;
  ReservationPool reservations;
  Watchdog watchdog;
};

}  // namespace zwasm
