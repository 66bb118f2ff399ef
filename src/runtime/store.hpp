// The store (specification, Store): everything that instances allocate, and the execution that runs
// on it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "os/event.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/extern.hpp"
#include "runtime/gc/heap.hpp"
#include "runtime/host.hpp"
#include "runtime/module_code.hpp"
#include "runtime/observer.hpp"
#include "runtime/reference_maps.hpp"
#include "runtime/runtime.hpp"
#include "runtime/shared_memory.hpp"
#include "runtime/stack.hpp"
#include "runtime/vm_context.hpp"

namespace zwasm {

class Instance;

/// Somebody who holds references outside of the wasm stack for a while. Strictly nested.
class RootScope {
 public:
  RootScope() = default;
  RootScope(const RootScope&) = delete;
  RootScope& operator=(const RootScope&) = delete;

  /// Visits the references.
  virtual void visit_roots(gc::Heap& heap) = 0;

 protected:
  ~RootScope() = default;

 private:
  friend class Store;
  RootScope* outer_ = nullptr;
};

/// Owns instances, memories, tables, tags and host functions until it is destroyed. Used by one
/// thread at a time; only `interrupt` may be called from others. Its address is fixed.
class Store final : private gc::Heap::Roots {
 public:
  /// Fuel is charged only in stores of the metered variant. The runtime outlives the store.
  explicit Store(Runtime& runtime, const StoreLimits& limits = {},
                 Variant variant = Variant::plain);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  Runtime& runtime() const { return runtime_; }
  /// That of the runtime.
  Allocator& allocator() const { return runtime_.allocator; }
  const StoreLimits& limits() const { return limits_; }
  Variant variant() const { return variant_; }
  ExecutionContext& execution() { return execution_; }

  /// Tells `observer` what happens from now on: set it before instantiation, and keep it as long as
  /// the store. Null for none.
  void set_observer(Observer* observer) { observer_ = observer; }
  Observer* observer() const { return observer_; }

  /// For the embedder.
  void set_data(void* data) { data_ = data; }
  void* data() const { return data_; }

  /// Makes this store's memories count towards the limit of `other`, instead of one of their own.
  /// Before there is any.
  void share_memory_limit(const Store& other) { budget_ = other.budget_; }

  // --- Making what host code exports to wasm. Heap types with an index are canonical ids. ---

  /// A function of the host. It owns copies of everything but `data`.
  const FuncRef& make_func(const FuncType& type, HostCallback callback, void* data);
  /// The same with a type that is registered already, and that the store holds from now on.
  const FuncRef& make_func_of_type(CanonicalType type, HostCallback callback, void* data);
  /// A shared memory is a SharedMemory, of which this store is the first owner.
  Result<MemoryInstance*> make_memory(const MemoryType& type);
  Result<TableInstance*> make_table(const TableType& type, const Value& init);
  GlobalInstance make_global(const GlobalType& type, const Value& init);
  TagInstance& make_tag(CanonicalType type);

  /// The type of a function, with canonical ids.
  const FuncType& type_of(const FuncRef& function) const;
  /// The type of an extern, for messages: "func [i32] -> []", "memory 1 2", ...
  std::string describe(const Extern& value) const;

  // --- Calls ---

  /// Calls a function of this store. `args` must fit its type (checked: ErrorKind::host), results
  /// are written to `results`, as many as its type has (checked). On failure `backtrace` says
  /// where.
  Status call(const FuncRef& function, std::span<const Value> args, std::span<Value> results);

  /// The unchecked way: arguments in args[0..], results in results[0..], as slots (v128 takes two).
  Status call_slots(const FuncRef& function, std::span<const Slot> args, std::span<Slot> results);

  /// Where the last call or instantiation that failed stopped; empty for errors outside of wasm.
  const Backtrace& backtrace() const { return backtrace_; }

  // --- Bounding execution ---

  /// Instructions that may be executed from now on; for stores of the metered variant.
  void set_fuel(uint64_t fuel);
  uint64_t fuel() const;

  /// Stops what runs, or else the next call, with TrapKind::interrupted; also wakes host functions
  /// that wait on cancel_descriptor(). From any thread, and from signal handlers. Stays in force
  /// until a call has been stopped by it or clear_interrupt is called.
  void interrupt();
  void clear_interrupt();
  bool is_interrupted() const {
    return execution_.interrupt.load(std::memory_order_relaxed) != 0;
  }

  /// Interrupts the store when os::monotonic_now() reaches `deadline`. Fails with ErrorKind::host
  /// if the system has no thread or descriptor left.
  Status set_deadline(uint64_t deadline);
  void clear_deadline();

  /// A descriptor that is readable while the store is interrupted, for host functions that block
  /// (poll it with what they wait for, then return TrapKind::interrupted). -1 unless a deadline was
  /// set or make_cancellable was called: then waiting needs no more than it does anyway.
  int cancel_descriptor() const { return cancel_.descriptor(); }
  /// Makes the descriptor without a deadline; false when the process has none left.
  bool make_cancellable();

  // --- Objects ---

  /// Keeps the object that a reference refers to, and follows it, until `release_root`. Any
  /// reference will do.
  uint32_t make_root(Slot reference);
  Slot root(uint32_t number) const { return roots_[number]; }
  void release_root(uint32_t number);
  void collect_garbage();
  gc::HeapStats heap_stats() const { return heap_.stats(); }

  // After an error of kind exception, until the next call: what was thrown. Else there is none.

  gc::Object* exception() const { return gc::object_of(thrown_); }
  /// Its tag, whose address is its identity: that of an exported tag, or of one made by make_tag.
  /// Null if there is no exception.
  const TagInstance* exception_tag() const;
  /// The number of its parameters; 0 if there is no exception.
  size_t exception_size() const;
  /// One of them; index < exception_size(). References stay right until the next collection.
  Value exception_value(size_t index) const;
  /// Makes the exception of the last call the one that the running host function throws; false if
  /// there is none. For raise_error.
  bool rethrow() {
    execution_.exception = std::exchange(thrown_, 0);
    return execution_.exception != 0;
  }
  /// "failure (i32 1, f64 2)": the tag's name, if it has one in a module of this store (see
  /// find_tag_name), and the parameters, for messages. Empty if there is neither.
  std::string describe_exception() const;

  // --- For the runtime ---

  gc::Heap& heap() { return heap_; }
  /// Why `allocate` gave nothing.
  TrapKind allocation_failure() const {
    return is_interrupted() ? TrapKind::interrupted : TrapKind::out_of_memory;
  }
  /// gc::Heap::allocate. Roots are in the frames that lead to the trap record, if that names a
  /// cell, and in those below the running host functions.
  gc::Object* allocate(gc::ObjectKind kind, CanonicalType type, uint32_t length, uint64_t bytes) {
    return heap_.allocate(kind, type, length, bytes);
  }
  void enter_root_scope(RootScope& scope) { scope.outer_ = std::exchange(root_scope_, &scope); }
  void leave_root_scope(RootScope& scope) { root_scope_ = scope.outer_; }
  /// Looks for the handler of execution().exception, from the cell of the trap record on, or, if
  /// that is null, from the callers on. If there is one in what was entered from the host last,
  /// writes the values that it takes, and where it goes on to the trap record. Else
  /// uncaught_exception, or interrupted.
  TrapKind unwind();

  /// An error for how a call ended; takes what the execution context recorded, and makes
  /// backtrace().
  [[gnu::cold]] Error take_error(TrapKind kind);
  /// Context for calls of host functions that no instance makes.
  VMContext* host_vmctx() { return &host_vmctx_; }
  Result<TableInstance*> make_table_instance(const TableType& type, Instance* owner, Slot init);
  void adopt(Instance* instance);
  /// After an unguarded memory moved.
  void refresh_memory_bases(const MemoryInstance& memory);
  /// Keeps a shared memory as long as the store.
  void retain(SharedMemory& memory);
  /// Of the memories that share this store's limit.
  uint64_t memory_bytes() const { return budget_->used(); }
  /// Elements of all tables, for the limit.
  uint64_t table_elements() const { return table_elements_; }
  void account_table(uint64_t elements) { table_elements_ += elements; }
  Arena& arena() { return arena_; }

 private:
  std::string tag_name(const TagInstance& tag) const;
  bool prepare() override;
  void visit_roots(gc::Heap& heap) override;
  template <class Visit>
  void each_frame(Visit visit);
  void visit_frames(gc::Heap& heap);
  void visit_instance(gc::Heap& heap, Instance& instance);
  Status prepare_stack();
  void arm_stack_limit();
  Status check_arguments(const FuncType& type, std::span<const Value> args) const;
  TrapKind call_host(const FuncRef& function, Slot* args);
  [[gnu::cold]] Error take_recorded_error(TrapKind kind);
  [[gnu::cold]] void collect_backtrace();
  [[gnu::cold]] void add_frame(const Cell* cell, ModuleCode::Place place);
  void hold(ValType type);

  Runtime& runtime_;
  StoreLimits limits_;
  Variant variant_;
  ExecutionContext execution_;
  VMContext host_vmctx_;
  FuncEntry host_entry_;
  Stack stack_;
  os::Event cancel_;  // made before anybody may interrupt
  bool has_deadline_ = false;
  Observer* observer_ = nullptr;
  void* data_ = nullptr;
  Ref<MemoryBudget> budget_;
  Vector<Ref<SharedMemory>> shared_memories_;
  uint64_t table_elements_ = 0;
  uint32_t call_depth_ = 0;
  Arena arena_;
  Instance* instances_ = nullptr;
  gc::Heap heap_;
  ReferenceMaps reference_maps_;
  RootScope* root_scope_ = nullptr;
  Vector<Slot> roots_;
  Vector<uint32_t> free_roots_;
  Vector<CanonicalType> held_types_;    ///< of what the host has made
  Vector<GlobalInstance> host_globals_;  ///< that may refer to objects
  Slot thrown_ = 0;
  MemoryInstance* memories_ = nullptr;
  TableInstance* tables_ = nullptr;
  Backtrace backtrace_;
};

}  // namespace zwasm
