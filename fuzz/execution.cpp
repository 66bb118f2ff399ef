#include "fuzz/execution.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "engine/engine.hpp"
#include "fuzz/failure.hpp"
#include "os/clock.hpp"

namespace zwasm::fuzz {
namespace {

constexpr uint64_t fuel_per_call = 20'000;
constexpr size_t max_calls = 24;
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

/// What two runs of a module have in common: results, errors, and what is left in the store.
class Record {
 public:
  void note(std::string text) { lines_.push_back(std::move(text)); }
  void note(const char* what, const Value& value) {
    if (value.type().is_ref()) {
      note(format("%s reference %d", what, value.is_null()));
    } else {
      note(format("%s %016llx %016llx", what, static_cast<unsigned long long>(value.low()),
                  static_cast<unsigned long long>(value.high())));
    }
  }
  void note(const Error& error) {
    note(format("%s %s %s", error_kind_name(error.kind), trap_message(error.trap),
                error.message.c_str()));
    if (error.kind == ErrorKind::exhaustion) is_complete_ = false;
    if (error.trap == TrapKind::interrupted) was_interrupted_ = true;
  }
  /// Whether nothing ran out of its bounds.
  bool is_complete() const { return is_complete_; }

  void require_same(const Record& other) const {
    if (was_interrupted_ || other.was_interrupted_) return;  // at no particular moment
    for (size_t i = 0; i < lines_.size() && i < other.lines_.size(); ++i) {
      if (lines_[i] != other.lines_[i]) {
        fail("fuel does not change results", lines_[i] + "\nand " + other.lines_[i]);
      }
    }
    require(lines_.size() == other.lines_.size(), "fuel does not change results");
  }

 private:
  std::vector<std::string> lines_;
  bool is_complete_ = true;
  bool was_interrupted_ = false;
};

bool has_shared_memory(const Module& module) {
  return std::ranges::any_of(module.memories,
                             [](const MemoryType& memory) { return memory.shared; });
}

void call(Store& store, const FuncRef& function, size_t number, Record& record) {
  const FuncType& type = store.type_of(function);
  std::vector<Value> arguments, results(type.results.size());
  for (const ValType param : type.params) {
    if (!param.is_defaultable()) return;
    arguments.push_back(argument(param, number + arguments.size()));
  }
  store.set_fuel(fuel_per_call);
  const Status status = store.call(function, arguments, results);
  if (!status.ok()) return record.note(status.error());
  for (const Value& result : results) record.note("result", result);
}

void note_state(Instance& instance, const Module& module, Record& record) {
  for (uint32_t i = 0; i < module.memories.size(); ++i) {
    MemoryInstance& memory = instance.memory(i);
    const std::string_view view(reinterpret_cast<const char*>(memory.base), memory.byte_size());
    record.note(format("memory %zu %016llx", view.size(),
                       static_cast<unsigned long long>(hash_bytes(view))));
  }
  for (uint32_t i = 0; i < module.globals.size(); ++i) {
    record.note("global", instance.global(i).get());
  }
}

Record run(const Ref<CompiledModule>& module, Engine& engine) {
  Record record;
  Store store = engine.make_store();
  store.set_fuel(fuel_per_call);
  const bool may_wait = has_shared_memory(module->module());
  const auto limit_time = [&] {
    if (may_wait) require_ok(store.set_deadline(os::monotonic_now() + time_per_call), "deadline");
  };
  limit_time();
  Linker linker;
  linker.set_unknown_imports(UnknownImports::trap);
  const Result<Instance*> made = linker.instantiate(store, module);
  if (!made.ok()) {
    record.note(made.error());
    return record;
  }
  Instance& instance = *made.value();
  for (size_t i = 0; i < max_calls && !module->exports().empty() && record.is_complete(); ++i) {
    const Export& chosen = module->exports()[i % module->exports().size()];
    const FuncRef* function = instance.exported_func(chosen.name);
    if (function == nullptr) continue;
    limit_time();
    call(store, *function, i, record);
  }
  note_state(instance, module->module(), record);
  return record;
}

}  // namespace

void check_execution(std::span<const uint8_t> bytes, bool must_compile) {
  Engine metered(bounded_config(true));
  const Result<Ref<CompiledModule>> module = metered.compile(bytes);
  if (must_compile) require_ok(module, "a generated module is valid");
  if (!module.ok()) return;
  const Record expected = run(module.value(), metered);
  if (!expected.is_complete()) return;
  Engine plain(bounded_config(false));
  const Result<Ref<CompiledModule>> again = plain.compile(bytes);
  require_ok(again, "a module compiles twice");
  run(again.value(), plain).require_same(expected);
}

}  // namespace zwasm::fuzz
