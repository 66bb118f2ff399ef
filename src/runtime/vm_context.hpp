// Everything that interpreted and compiled code reads of an instance. Compiled code takes its
// offsets from these fields, never from literals.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/error.hpp"
#include "runtime/frame.hpp"
#include "runtime/gc/object.hpp"

namespace zwasm {

struct Cell;
struct VMContext;
class Instance;
class ModuleCode;
class Stack;
class Store;

/// A row of the entry table of a module and variant: one per defined function. `entry` is what
/// compiled code calls; `body` is what the interpreter runs: its first cell is `enter`, execution
/// begins at the second. Before the function is lowered, `body` is a stub that lowers it; once it
/// is compiled, a stub that calls the code. Each is published by one release store and never
/// patched.
struct FuncEntry {
  std::atomic<const void*> entry;
  std::atomic<const Cell*> body;
};
static_assert(sizeof(FuncEntry) == 16 && std::atomic<const Cell*>::is_always_lock_free);

/// A host function called through slots: arguments at args[0..], results written from args[0] on.
/// `caller` is the calling instance. Returns TrapKind::none, or how it failed; for host_error the
/// callee has stored an Error in the execution context first. Runs on the host's native stack.
using HostCallback = TrapKind (*)(void* data, VMContext* caller, Slot* args);

struct HostFunction {
  HostCallback callback;
  void* data;
  uint32_t arg_slots;     ///< slots of the parameters
  uint32_t result_slots;
};

/// What a function reference points to. Owned by an instance or, for host functions, by the store;
/// its address is the reference's identity and stays valid as long as the store.
struct FuncRef {
  FuncEntry* entry;          ///< for host functions, the store's shared host entry
  VMContext* vmctx;          ///< callee's instance; null for host functions
  uint32_t type;             ///< canonical type id
  uint32_t index;            ///< index in the module's function space; 0 for host functions
  const HostFunction* host;  ///< null for wasm functions
};

/// A linear memory as code sees it. Address stable for the memory's life.
struct MemoryDefinition {
  uint8_t* base;                  ///< never moves when the memory is guarded
  std::atomic<uint64_t> bytes;    ///< current size; only grows
  uint64_t page_size_log2_and_guarded;  ///< low byte: log2 of the page size; bit 8: guarded
};

/// A table as code sees it. Elements are references as in slots; in tables of functions an element
/// with the low bit set is a function of the table's instance that has no FuncRef yet:
/// function index << 1 | 1 (builtins: table_get makes it).
struct TableDefinition {
  Slot* elements;
  uint64_t size;
};

/// A global's value; 16 bytes so that every index scales alike.
struct alignas(16) GlobalCell {
  Slot low;
  Slot high;  ///< of a v128
};

/// Why wasm stopped, and where; written by the tier that traps, read once the entry has returned.
/// Also written before a call of the runtime that may collect garbage, with TrapKind::none: then it
/// says where the walk over the frames begins.
struct TrapRecord {
  TrapKind kind;
  const Cell* cell;        ///< of the trapping operation, or null
  Slot* frame;             ///< its frame
  ControlRecord* control;  ///< top of the control stack then (first free record)
  VMContext* vmctx;
};

/// A host function that is running. Its parameters are roots of the collector until it returns.
struct HostFrame {
  HostFrame* outer;
  const FuncRef* function;
  Slot* args;
};

/// The words that belong to a running wasm stack. One per store, at a fixed address; exchanged when
/// the stack changes.
struct ExecutionContext {
  /// A callee whose frame would end above this is refused. Set to 0 to interrupt at the next call.
  std::atomic<uintptr_t> stack_limit;
  /// Polled at loop back-edges; nonzero stops execution with TrapKind::interrupted.
  std::atomic<uint32_t> interrupt;
  /// Host functions that are running, to bound host -> wasm -> host recursion.
  uint32_t host_depth;
  /// Instructions left; charged only by the metered variant.
  int64_t fuel;
  /// First free slot and control record when wasm is not running above: where a nested entry
  /// begins.
  Slot* stack_top;
  ControlRecord* control_top;
  uintptr_t full_stack_limit;  ///< stack_limit when nobody interrupts
  TrapRecord trap;
  HostFrame* host_frame;  ///< the innermost one
  /// With TrapKind::uncaught_exception: the exception that no handler has caught so far. A root.
  Slot exception;
  Stack* stack;
  Store* store;
  Error* host_error;  ///< owned; set with TrapKind::host_error
  /// What the thread sleeps on in a wait of a shared memory (ParkingLot); changed to wake it.
  std::atomic<uint32_t> wake_word;
};

/// An instance as code sees it. Own globals follow the struct, as GlobalCell[].
struct alignas(16) VMContext {
  uint8_t* memory0_base;  ///< of memory 0; reloaded where an unguarded memory may have moved
  MemoryDefinition* memory0;
  ExecutionContext* execution;
  FuncEntry* entries;                      ///< of the module's defined functions
  const FuncRef* const* imported_functions;
  MemoryDefinition* const* memories;
  TableDefinition* const* tables;
  GlobalCell* const* imported_globals;
  const uint32_t* types;                   ///< canonical id of each type index
  ModuleCode* module;                      ///< shared by the instances of a module
  Instance* instance;
  gc::AllocationArea* allocation;          ///< of the store's heap

  GlobalCell* globals() { return reinterpret_cast<GlobalCell*>(this + 1); }
};
static_assert(sizeof(VMContext) % sizeof(GlobalCell) == 0);
static_assert(offsetof(VMContext, memory0_base) == 0);

}  // namespace zwasm
