#include "fuzz/execution.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "fuzz/failure.hpp"
#include "os/clock.hpp"

namespace zwasm::fuzz {
namespace {

constexpr uint64_t fuel_per_call = 3'000;
constexpr size_t max_calls = 12;
/// Of one that may wait on a shared memory, where nobody would ever wake it.
constexpr uint64_t time_per_call = 100'000'000;

Config bounded_config(bool metered) {
  Config config;
  config.fuel = metered;
  config.max_stack_bytes = size_t{64} << 10;
  config.max_memory_bytes = uint64_t{8} << 20;
  config.max_table_elements = 1000;
  return config;
}

/// The `choice`th argument of a type.
Value argument(ValType type, size_t choice) {
  static constexpr uint64_t bits[] = {0, 1, 5, 0xFFFFFFFFFFFFFFFF, 0x8000000080000000,
                                      0x7FF0000000000000, 0x41E0000000000000};
  const uint64_t value = bits[choice % std::size(bits)];
  switch (type.kind()) {
    case ValType::Kind::i32: return Value::i32(static_cast<uint32_t>(value));
    case ValType::Kind::i64: return Value::i64(value);
    case ValType::Kind::f32: return Value::f32_bits(static_cast<uint32_t>(value >> 32));
    case ValType::Kind::f64: return Value::f64_bits(value);
    case ValType::Kind::v128: return Value::v128(value, ~value);
    case ValType::Kind::ref:
    case ValType::Kind::bottom: break;
  }
  return Value::null(type);
}

class Run {
 public:
  explicit Run(Store& store) : store_(store) {}
  Execution take() { return std::move(execution_); }
  bool is_complete() const { return execution_.is_complete; }

  void instantiate(const Ref<CompiledModule>& module) {
    execution_.compiled = true;
    may_wait_ = std::ranges::any_of(module->module().memories,
                                    [](const MemoryType& memory) { return memory.shared; });
    Linker linker;
    linker.set_unknown_imports(UnknownImports::trap);
    bound_call();
    const Result<Instance*> made = linker.instantiate(store_, module);
    if (!made.ok()) return note(made.error());
    Instance& instance = *made.value();
    call_exports(instance, module->exports());
    note_state(instance, module->module());
  }

 private:
  void note(std::string text) { execution_.record.push_back(std::move(text)); }
  void note(const char* what, const Value& value) {
    if (value.type().is_ref()) {
      note(format("%s reference, null: %d", what, value.is_null()));
    } else {
      note(format("%s %016llx %016llx", what, static_cast<unsigned long long>(value.low()),
                  static_cast<unsigned long long>(value.high())));
    }
  }
  void note(const Error& error) {
    note(format("%s %s %s", error_kind_name(error.kind), trap_message(error.trap),
                error.message.c_str()));
    // An interruption comes at no particular moment.
    if (error.kind == ErrorKind::exhaustion || error.trap == TrapKind::interrupted) {
      execution_.is_complete = false;
    }
  }
  void bound_call() {
    store_.set_fuel(fuel_per_call);
    if (!may_wait_) return;
    require_ok(store_.set_deadline(os::monotonic_now() + time_per_call), "deadline");
  }

  void call_exports(Instance& instance, std::span<const Export> exports) {
    std::vector<const FuncRef*> functions;
    for (const Export& entry : exports) {
      const FuncRef* function = instance.exported_func(entry.name);
      if (function != nullptr) functions.push_back(function);
    }
    if (functions.empty()) return;
    for (size_t i = 0; i < max_calls && is_complete(); ++i) {
      call(*functions[i % functions.size()], i);
    }
  }

  void call(const FuncRef& function, size_t number) {
    const FuncType& type = store_.type_of(function);
    std::vector<Value> arguments, results(type.results.size());
    for (const ValType param : type.params) {
      if (!param.is_defaultable()) return;
      arguments.push_back(argument(param, number + arguments.size()));
    }
    bound_call();
    const Status status = store_.call(function, arguments, results);
    if (!status.ok()) return note(status.error());
    for (const Value& result : results) note("result", result);
  }

  void note_state(Instance& instance, const Module& module) {
    for (const Export& entry : module.exports) {
      const GlobalInstance global = instance.exported_global(entry.name);
      if (global.cell != nullptr) note("global", global.get());
    }
    for (uint32_t i = 0; i < module.memories.size(); ++i) {
      const MemoryInstance& memory = instance.memory(i);
      execution_.memories.emplace_back(memory.base, memory.base + memory.byte_size());
    }
  }

  Store& store_;
  Execution execution_;
  bool may_wait_ = false;
};

}  // namespace

Execution execute(std::span<const uint8_t> bytes, bool metered) {
  Engine engine(bounded_config(metered));
  const Result<Ref<CompiledModule>> module = engine.compile(bytes);
  if (!module.ok()) return {};
  Store store = engine.make_store();
  Run run(store);
  run.instantiate(module.value());
  return run.take();
}

void require_same(const Execution& a, const Execution& b, std::string_view what) {
  if (!a.is_complete || !b.is_complete) return;
  for (size_t i = 0; i < a.record.size() && i < b.record.size(); ++i) {
    if (a.record[i] != b.record[i]) fail(what, a.record[i] + "\nand " + b.record[i]);
  }
  require(a.compiled == b.compiled && a.record.size() == b.record.size(), what);
  if (a.memories != b.memories) fail(what, "memories");
}

}  // namespace zwasm::fuzz
