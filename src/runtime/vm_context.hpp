// Everything that interpreted and compiled code reads of an instance. Compiled code takes its
// offsets from these fields, never from literals. The assertions say where they are, because code
// that was stored relies on them: who moves a field changes what stored code means.
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
static_assert(offsetof(FuncEntry, entry) == 0 && offsetof(FuncEntry, body) == 8);
static_assert(sizeof(FuncEntry) == 16 && std::atomic<const Cell*>::is_always_lock_free);

/// A host function called through slots: arguments at args[0..], results written from args[0] on.
/// `caller` is the calling instance. Returns TrapKind::none, or how it failed; for host_error the
/// callee has stored an Error in the execution context first. Runs on the host's native stack.
using HostCallback = TrapKind (*)(void* data, VMContext* caller, Slot* args);

/// What code calls back; see builtins.def. `vmctx` is the calling instance. Operands are read from
/// operands[0..] and results written from there on; what `first` and `second` are (an index, an
/// immediate) is said by the builtin's row. Returns TrapKind::none, or the trap.
using BuiltinFunction = TrapKind (*)(VMContext* vmctx, Slot* operands, uint32_t first,
                                     uint32_t second);

/// A function of the host as compiled code and the interpreter call it. Owned by the store.
struct HostFunction {
  HostCallback callback;
  void* data;             ///< the callback's first argument; owned by whoever defined the function
  uint32_t arg_slots;     ///< slots of the parameters
  uint32_t result_slots;  ///< slots of the results
};
static_assert(offsetof(HostFunction, callback) == 0 && offsetof(HostFunction, data) == 8);
static_assert(offsetof(HostFunction, arg_slots) == 16);
static_assert(offsetof(HostFunction, result_slots) == 20);

/// What a function reference points to. Owned by an instance or, for host functions, by the store;
/// its address is the reference's identity and stays valid as long as the store.
struct FuncRef {
  FuncEntry* entry;          ///< for host functions, the store's shared host entry
  VMContext* vmctx;          ///< callee's instance; null for host functions
  uint32_t type;             ///< canonical type id
  uint32_t index;            ///< index in the module's function space; 0 for host functions
  const HostFunction* host;  ///< null for wasm functions
};
static_assert(offsetof(FuncRef, entry) == 0 && offsetof(FuncRef, vmctx) == 8);
static_assert(offsetof(FuncRef, type) == 16 && offsetof(FuncRef, index) == 20);
static_assert(offsetof(FuncRef, host) == 24 && sizeof(FuncRef) == 32);
static_assert(alignof(FuncRef) > 2, "the low bits of a reference tell what it is");

/// A linear memory as code sees it. Address stable for the memory's life.
struct MemoryDefinition {
  uint8_t* base;                  ///< never moves when the memory is guarded
  std::atomic<uint64_t> bytes;    ///< current size; only grows
  uint64_t page_size_log2_and_guarded;  ///< low byte: log2 of the page size; bit 8: guarded
};
static_assert(offsetof(MemoryDefinition, base) == 0 && offsetof(MemoryDefinition, bytes) == 8);
static_assert(offsetof(MemoryDefinition, page_size_log2_and_guarded) == 16);
static_assert(std::atomic<uint64_t>::is_always_lock_free);

/// A table as code sees it. Elements are references as in slots; in tables of functions an element
/// with the low bit set is a function of the table's instance that has no FuncRef yet:
/// function index << 1 | 1 (builtins: table_get makes it).
struct TableDefinition {
  Slot* elements;
  uint64_t size;
};
static_assert(offsetof(TableDefinition, elements) == 0 && offsetof(TableDefinition, size) == 8);

/// A global's value; 16 bytes so that every index scales alike.
struct alignas(16) GlobalCell {
  Slot low;
  Slot high;  ///< of a v128
};
static_assert(sizeof(GlobalCell) == 16 && offsetof(GlobalCell, high) == 8);

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
static_assert(sizeof(TrapKind) == 1 && static_cast<int>(TrapKind::none) == 0,
              "a status is tested as one byte");
static_assert(offsetof(TrapRecord, kind) == 0 && offsetof(TrapRecord, cell) == 8);
static_assert(offsetof(TrapRecord, frame) == 16 && offsetof(TrapRecord, control) == 24);
static_assert(offsetof(TrapRecord, vmctx) == 32);

/// A host function that is running. Its parameters are roots of the collector until it returns.
struct HostFrame {
  HostFrame* outer;
  const FuncRef* function;
  Slot* args;
};
static_assert(offsetof(HostFrame, outer) == 0 && offsetof(HostFrame, function) == 8);
static_assert(offsetof(HostFrame, args) == 16);

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
static_assert(offsetof(ExecutionContext, stack_limit) == 0);
static_assert(offsetof(ExecutionContext, interrupt) == 8);
static_assert(offsetof(ExecutionContext, host_depth) == 12);
static_assert(offsetof(ExecutionContext, fuel) == 16);
static_assert(offsetof(ExecutionContext, stack_top) == 24);
static_assert(offsetof(ExecutionContext, control_top) == 32);
static_assert(offsetof(ExecutionContext, full_stack_limit) == 40);
static_assert(offsetof(ExecutionContext, trap) == 48);
static_assert(offsetof(ExecutionContext, host_frame) == 88);
static_assert(offsetof(ExecutionContext, exception) == 96);
static_assert(std::atomic<uintptr_t>::is_always_lock_free);

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
  const BuiltinFunction* builtins;         ///< by Builtin (runtime/builtins.hpp)

  GlobalCell* globals() { return reinterpret_cast<GlobalCell*>(this + 1); }
};
static_assert(sizeof(VMContext) % sizeof(GlobalCell) == 0);
static_assert(offsetof(VMContext, memory0_base) == 0);
static_assert(offsetof(VMContext, memory0) == 8);
static_assert(offsetof(VMContext, execution) == 16);
static_assert(offsetof(VMContext, entries) == 24);
static_assert(offsetof(VMContext, imported_functions) == 32);
static_assert(offsetof(VMContext, memories) == 40);
static_assert(offsetof(VMContext, tables) == 48);
static_assert(offsetof(VMContext, imported_globals) == 56);
static_assert(offsetof(VMContext, types) == 64);
static_assert(offsetof(VMContext, module) == 72);
static_assert(offsetof(VMContext, instance) == 80);
static_assert(offsetof(VMContext, allocation) == 88);
static_assert(offsetof(VMContext, builtins) == 96);
static_assert(sizeof(VMContext) == 112, "own globals begin here");

}  // namespace zwasm
