#include "runtime/store.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "binary/names.hpp"
#include "os/futex.hpp"
#include "runtime/instance.hpp"

namespace zwasm {
namespace {

uint32_t slots_of(std::span<const ValType> types) {
  uint32_t count = 0;
  for (const ValType type : types) count += type.slots();
  return count;
}

}  // namespace

Store::Store(Runtime& runtime, const StoreLimits& limits, Variant variant)
    : runtime_(runtime),
      limits_(limits),
      variant_(variant),
      execution_{},
      host_vmctx_{},
      budget_(new MemoryBudget(limits.memory_bytes)),
      shared_memories_(runtime.allocator),
      arena_(runtime.allocator),
      heap_(runtime.types, limits.heap, *this, runtime.allocator),
      reference_maps_(runtime.allocator),
      roots_(runtime.allocator),
      free_roots_(runtime.allocator),
      held_types_(runtime.allocator),
      host_globals_(runtime.allocator) {
  host_entry_.entry.store(nullptr, std::memory_order_relaxed);
  host_entry_.body.store(runtime.entry_points.host_body, std::memory_order_relaxed);
  host_vmctx_.execution = &execution_;
  execution_.store = this;
}

Store::~Store() {
  if (has_deadline_) runtime_.watchdog.forget(*this);
  while (instances_ != nullptr) {
    Instance* instance = std::exchange(instances_, instances_->next_);
    const size_t own_functions = instance->module_->module().codes.size();
    for (size_t i = 0; i * Instance::func_block_size < own_functions; ++i) {
      allocator().deallocate(instance->func_blocks_[i],
                             Instance::func_block_size * sizeof(FuncRef), alignof(FuncRef));
    }
    const size_t size = instance->allocation_size_;
    instance->~Instance();
    allocator().deallocate(instance, size, alignof(VMContext));
  }
  while (memories_ != nullptr) {
    destroy_object(allocator(), std::exchange(memories_, memories_->next_));
  }
  while (tables_ != nullptr) destroy_object(allocator(), std::exchange(tables_, tables_->next_));
  for (const CanonicalType type : held_types_) runtime_.types.release(type);
  runtime_.stacks.give_back(std::move(stack_));
  delete execution_.host_error;
}

// --- Objects ---

const FuncRef& Store::make_func(const FuncType& type, HostCallback callback, void* data) {
  const CanonicalType id = runtime_.types.add_func(type);
  const FuncRef& function = make_func_of_type(id, callback, data);
  runtime_.types.release(id);
  return function;
}

const FuncRef& Store::make_func_of_type(CanonicalType id, HostCallback callback, void* data) {
  runtime_.types.hold(id);
  held_types_.push_back(id);
  const FuncType& type = runtime_.types.definition(id).func;
  auto* host = new (arena_.allocate_or_exit(sizeof(HostFunction), alignof(HostFunction)))
      HostFunction{callback, data, slots_of(type.params), slots_of(type.results)};
  return *new (arena_.allocate_or_exit(sizeof(FuncRef), alignof(FuncRef)))
      FuncRef{&host_entry_, nullptr, static_cast<uint32_t>(id), 0, host};
}

Result<MemoryInstance*> Store::make_memory(const MemoryType& type) {
  if (type.shared) {
    const Ref<SharedMemory> shared = ZWASM_TRY(SharedMemory::make(runtime_, budget_, type));
    retain(*shared);
    return &shared->instance();
  }
  void* const room = allocator().allocate(sizeof(MemoryInstance), alignof(MemoryInstance));
  if (room == nullptr) return make_trap(TrapKind::out_of_memory);
  auto* memory = new (room) MemoryInstance(runtime_, budget_, type, this, nullptr);
  memory->next_ = memories_;
  memories_ = memory;
  ZWASM_CHECK(memory->allocate());
  return memory;
}

Result<TableInstance*> Store::make_table(const TableType& type, const Value& init) {
  hold(type.element);
  return make_table_instance(type, nullptr, init.low());
}

Result<TableInstance*> Store::make_table_instance(const TableType& type, Instance* owner,
                                                  Slot init) {
  if (type.limits.min > limits_.table_elements - table_elements_) {
    return make_exhaustion(TrapKind::table_limit,
                           "a table of %llu elements%s, but at most %llu are allowed",
                           static_cast<unsigned long long>(type.limits.min),
                           table_elements_ == 0 ? "" : " more",
                           static_cast<unsigned long long>(limits_.table_elements));
  }
  if (is_interrupted()) return make_trap(TrapKind::interrupted);
  void* const room = allocator().allocate(sizeof(TableInstance), alignof(TableInstance));
  if (room == nullptr) return make_trap(TrapKind::out_of_memory);
  auto* table = new (room) TableInstance(*this, type, owner);
  table->next_ = tables_;
  tables_ = table;
  if (!table->extend(type.limits.min, init)) {
    if (is_interrupted()) return make_trap(TrapKind::interrupted);
    return make_exhaustion(TrapKind::out_of_memory, "cannot make a table of %llu elements",
                           static_cast<unsigned long long>(type.limits.min));
  }
  return table;
}

GlobalInstance Store::make_global(const GlobalType& type, const Value& init) {
  auto* cell = new (arena_.allocate_or_exit(sizeof(GlobalCell), alignof(GlobalCell)))
      GlobalCell{init.low(), init.high()};
  hold(type.type);
  if (runtime_.types.may_be_object(type.type)) host_globals_.push_back({cell, type});
  return {cell, type};
}

TagInstance& Store::make_tag(CanonicalType type) {
  runtime_.types.hold(type);
  held_types_.push_back(type);
  return *new (arena_.allocate_or_exit(sizeof(TagInstance), alignof(TagInstance)))
      TagInstance{type};
}

/// Keeps the type that a type of the host's refers to.
void Store::hold(ValType type) {
  if (!type.is_ref() || type.heap().is_abstract()) return;
  const CanonicalType id{raw(type.heap().index())};
  runtime_.types.hold(id);
  held_types_.push_back(id);
}

const FuncType& Store::type_of(const FuncRef& function) const {
  return runtime_.types.definition(CanonicalType{function.type}).func;
}

void Store::adopt(Instance* instance) {
  instance->next_ = instances_;
  instances_ = instance;
}

void Store::refresh_memory_bases(const MemoryInstance& memory) {
  for (Instance* instance = instances_; instance != nullptr; instance = instance->next_) {
    VMContext& vmctx = *instance->vmctx();
    if (vmctx.memory0 == &memory) vmctx.memory0_base = memory.base;
  }
}

void Store::retain(SharedMemory& memory) {
  for (const Ref<SharedMemory>& owned : shared_memories_) {
    if (owned.get() == &memory) return;
  }
  shared_memories_.push_back(Ref<SharedMemory>(&memory));
}

// --- Calls ---

Status Store::prepare_stack() {
  if (stack_) return {};
  stack_ = runtime_.stacks.take();
  if (!stack_) {
    return make_exhaustion(TrapKind::out_of_memory, "no address space for a stack of %zu bytes",
                           runtime_.stacks.slot_bytes());
  }
  execution_.stack = &stack_;
  execution_.stack_top = stack_.slots();
  execution_.control_top = stack_.control();
  execution_.full_stack_limit = reinterpret_cast<uintptr_t>(stack_.slots_end());
  arm_stack_limit();
  return {};
}

void Store::arm_stack_limit() {
  execution_.stack_limit.store(execution_.full_stack_limit);
  // `interrupt` sets the flag first, so one of the two sees the other.
  if (execution_.interrupt.load() != 0) execution_.stack_limit.store(0);
}

Status Store::check_arguments(const FuncType& type, std::span<const Value> args) const {
  if (args.size() != type.params.size()) {
    return make_error(ErrorKind::host, Error::no_offset, "%zu arguments for a function of type %s",
                      args.size(), to_string(type).c_str());
  }
  for (size_t i = 0; i < args.size(); ++i) {
    const ValType param = type.params[i];
    ValType actual = args[i].type();
    if (actual.is_ref() && args[i].is_null()) {
      // Any null of the hierarchy will do; its type says no more than that.
      if (param.is_ref() && param.nullable()) continue;
    } else if (actual == valtype::funcref) {
      actual = ValType::ref(HeapType(TypeIndex{args[i].funcref()->type}), false);
    }
    if (actual != param && !matches(runtime_.types, actual, param)) {
      return make_error(ErrorKind::host, Error::no_offset,
                        "argument %zu is of type %s for a function of type %s", i + 1,
                        to_string(args[i].type()).c_str(), to_string(type).c_str());
    }
  }
  return {};
}

Status Store::call(const FuncRef& function, std::span<const Value> args,
                   std::span<Value> results) {
  const FuncType& type = type_of(function);
  ZWASM_CHECK(check_arguments(type, args));
  if (results.size() != type.results.size()) {
    return make_error(ErrorKind::host, Error::no_offset, "%zu results of a function of type %s",
                      results.size(), to_string(type).c_str());
  }
  Vector<Slot> slots(allocator());
  slots.resize(slots_of(type.params));
  size_t at = 0;
  for (const Value& arg : args) {
    slots[at++] = arg.low();
    if (arg.type().slots() == 2) slots[at++] = arg.high();
  }
  Vector<Slot> result_slots(allocator());
  result_slots.resize(slots_of(type.results));
  ZWASM_CHECK(call_slots(function, slots.span(), result_slots.span()));
  at = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    const ValType result = type.results[i];
    const Slot low = result_slots[at++];
    results[i] = Value(result, low, result.slots() == 2 ? result_slots[at++] : 0);
  }
  return {};
}

Status Store::call_slots(const FuncRef& function, std::span<const Slot> args,
                         std::span<Slot> results) {
  ZWASM_CHECK(prepare_stack());
  Slot* const base = execution_.stack_top;
  const size_t needed = std::max(args.size(), results.size());
  execution_.trap = TrapRecord{};
  thrown_ = 0;
  if (needed > static_cast<size_t>(stack_.slots_end() - base) ||
      execution_.host_depth >= max_host_depth) {
    execution_.trap.control = execution_.control_top;
    return take_error(TrapKind::call_stack_exhausted);
  }
  std::ranges::copy(args, base);
  ++call_depth_;
  const TrapKind kind = function.host != nullptr
                            ? call_host(function, base)
                            : runtime_.entry_points.invoke(execution_, function, base);
  --call_depth_;
  if (kind != TrapKind::none) [[unlikely]] return take_error(kind);
  std::copy_n(base, results.size(), results.begin());
  return {};
}

TrapKind Store::call_host(const FuncRef& function, Slot* args) {
  const HostFunction& host = *function.host;
  Slot* const stack_top = execution_.stack_top;
  execution_.stack_top = args + std::max(host.arg_slots, host.result_slots);
  ++execution_.host_depth;
  HostFrame running{execution_.host_frame, &function, args};
  execution_.host_frame = &running;
  const TrapKind kind = host.callback(host.data, &host_vmctx_, args);
  execution_.host_frame = running.outer;
  --execution_.host_depth;
  execution_.stack_top = stack_top;
  execution_.trap.control = execution_.control_top;
  return kind;
}

// --- Failures ---

Error Store::take_error(TrapKind kind) {
  backtrace_ = Backtrace();
  if (kind == TrapKind::call_stack_exhausted && is_interrupted()) kind = TrapKind::interrupted;
  Error error = take_recorded_error(kind);
  if (error.kind != ErrorKind::exit) collect_backtrace();
  if (error.offset == Error::no_offset && !backtrace_.empty()) {
    error.offset = backtrace_.frames[0].offset;
  }
  if (error.trap == TrapKind::interrupted && call_depth_ == 0) clear_interrupt();
  return error;
}

Error Store::take_recorded_error(TrapKind kind) {
  if (execution_.host_error != nullptr &&
      (kind == TrapKind::host_error || kind == TrapKind::unsupported)) {
    const std::unique_ptr<Error> recorded(std::exchange(execution_.host_error, nullptr));
    return std::move(*recorded);
  }
  Error error = make_trap(kind);
  if (kind == TrapKind::uncaught_exception) {
    thrown_ = std::exchange(execution_.exception, 0);
    error.kind = ErrorKind::exception;
    const std::string thrown = describe_exception();
    error.message = "uncaught exception" + (thrown.empty() ? thrown : " " + thrown);
  }
  if (kind == TrapKind::unsupported) error.kind = ErrorKind::unsupported;
  return error;
}

void Store::collect_backtrace() {
  const TrapRecord& trap = execution_.trap;
  if (trap.cell != nullptr) add_frame(trap.cell, ModuleCode::Place::at);
  if (!stack_ || trap.control == nullptr) return;
  for (const ControlRecord* record = trap.control; record != stack_.control();) {
    add_frame((--record)->next, ModuleCode::Place::behind);
  }
}

void Store::add_frame(const Cell* cell, ModuleCode::Place place) {
  if (backtrace_.frames.size() == Backtrace::max_frames) {
    ++backtrace_.omitted;
    return;
  }
  for (Instance* instance = instances_; instance != nullptr; instance = instance->next_) {
    ModuleCode& code = instance->module();
    ModuleCode::Location location;
    if (!code.locate(cell, place, location)) continue;
    backtrace_.frames.push_back({std::string(code.name()),
                                 find_function_name(code.module(), FuncIndex{location.function}),
                                 location.function, location.offset});
    return;
  }
  // Cells of the interpreter's own, such as the return to the host, are of no module.
}

// --- Bounds ---

void Store::set_fuel(uint64_t fuel) {
  execution_.fuel = static_cast<int64_t>(std::min(fuel, static_cast<uint64_t>(INT64_MAX)));
}

uint64_t Store::fuel() const {
  return execution_.fuel < 0 ? 0 : static_cast<uint64_t>(execution_.fuel);
}

void Store::interrupt() {
  execution_.interrupt.store(1);
  execution_.stack_limit.store(0);
  execution_.wake_word.store(1);
  os::futex_wake(execution_.wake_word);
  if (cancel_) cancel_.set();
}

void Store::clear_interrupt() {
  execution_.interrupt.store(0);
  if (cancel_) cancel_.clear();
  arm_stack_limit();
}

bool Store::make_cancellable() {
  if (!cancel_) cancel_ = os::Event::make();
  return static_cast<bool>(cancel_);
}

Status Store::set_deadline(uint64_t deadline) {
  if (!make_cancellable() || !runtime_.watchdog.watch(*this, deadline)) {
    return make_error(ErrorKind::host, Error::no_offset, "cannot start the timeout thread");
  }
  has_deadline_ = true;
  return {};
}

void Store::clear_deadline() {
  if (has_deadline_) runtime_.watchdog.forget(*this);
  has_deadline_ = false;
}

}  // namespace zwasm
