#include "fuzz/subject_zwasm.hpp"

#include <memory>
#include <utility>

#include "engine/engine.hpp"
#include "fuzz/failure.hpp"
#include "os/clock.hpp"

namespace zwasm::fuzz {
namespace {

constexpr uint64_t time_per_module = 2'000'000'000;

/// What the trap is called where engines distinguish less than we do.
std::string_view common_name(TrapKind kind) {
  switch (kind) {
    case TrapKind::null_function_reference:
    case TrapKind::null_structure_reference:
    case TrapKind::null_array_reference:
    case TrapKind::null_i31_reference:
    case TrapKind::null_exception_reference: return trap_message(TrapKind::null_reference);
    case TrapKind::undefined_element: return trap_message(TrapKind::out_of_bounds_table_access);
    default: return trap_message(kind);
  }
}

Operand visible(Operand::Shape shape, Slot low, Slot high = 0) {
  Operand result{shape, low, shape == Operand::Shape::v128 ? high : 0};
  const bool is_number =
      !result.is_reference() || low == 0 || (shape != Operand::Shape::func && is_i31(low));
  if (!is_number) result.low = Operand::some_reference;
  return result;
}

class Zwasm final : public Subject {
 public:
  explicit Zwasm(const Config& config)
      : engine_(config), surroundings_(compile_surroundings(engine_)) {}

  Outcome validate(std::span<const uint8_t> module) override {
    const Result<Ref<CompiledModule>> compiled = engine_.compile(module);
    return compiled.ok() ? Outcome{} : outcome(compiled.error());
  }

  Outcome compile(std::span<const uint8_t> module) override {
    instance_ = nullptr;
    store_.reset();
    module_ = {};
    Result<Ref<CompiledModule>> compiled = engine_.compile(module);
    if (!compiled.ok()) return outcome(compiled.error());
    module_ = std::move(compiled.value());
    return {};
  }

  Outcome instantiate() override {
    store_.reset(new Store(engine_.make_store()));
    require_ok(store_->set_deadline(os::monotonic_now() + time_per_module), "deadline");
    store_->set_fuel(~uint64_t{0} >> 1);
    Linker linker;
    if (!module_->imports().empty()) {
      const Result<Instance*> surroundings = linker.instantiate(*store_, surroundings_);
      require_ok(surroundings, "the surroundings can be instantiated");
      linker.define_instance("env", *surroundings.value());
    }
    const Result<Instance*> made = linker.instantiate(*store_, module_);
    if (!made.ok()) return outcome(made.error());
    instance_ = made.value();
    return {};
  }

  Outcome call(std::string_view function, std::span<const Operand> arguments,
               std::span<Operand> results, std::span<const std::string_view> functions) override {
    const FuncRef* const callee = instance_->exported_func(function);
    require(callee != nullptr, "an exported function is there");
    const FuncType& type = store_->type_of(*callee);
    std::vector<Value> values, answers(results.size());
    for (size_t i = 0; i < arguments.size(); ++i) {
      const Operand& argument = arguments[i];
      if (argument.is_function()) {
        const std::string_view name = functions[argument.low - Operand::first_function];
        values.push_back({type.params[i], Value::funcref(instance_->exported_func(name)).low()});
      } else {
        values.push_back({type.params[i], argument.low, argument.high});
      }
    }
    const Status status = store_->call(*callee, values, answers);
    if (!status.ok()) return outcome(status.error());
    for (size_t i = 0; i < results.size(); ++i) {
      results[i] = visible(results[i].shape, answers[i].low(), answers[i].high());
    }
    return {};
  }

  std::span<const uint8_t> memory(std::string_view name) override {
    const MemoryInstance* const memory = instance_->exported_memory(name);
    return {memory->base, memory->byte_size()};
  }

  Operand global(std::string_view name, Operand::Shape shape) override {
    const Value value = instance_->exported_global(name).get();
    return visible(shape, value.low(), value.high());
  }

  uint64_t table_size(std::string_view name) override {
    return instance_->exported_table(name)->size;
  }

  Operand table_element(std::string_view name, Operand::Shape shape, uint64_t index) override {
    return visible(shape, instance_->exported_table(name)->get(index));
  }

 private:
  static Ref<CompiledModule> compile_surroundings(Engine& engine) {
    Result<Ref<CompiledModule>> module = engine.compile(surroundings_text);
    require_ok(module, "the surroundings compile");
    return std::move(module.value());
  }

  Outcome outcome(const Error& error) {
    Outcome outcome;
    outcome.text = error.message;
    switch (error.kind) {
      case ErrorKind::malformed:
      case ErrorKind::invalid: outcome.kind = Outcome::Kind::rejected; break;
      case ErrorKind::unlinkable: outcome.kind = Outcome::Kind::unlinkable; break;
      case ErrorKind::trap:
        outcome.kind = error.trap == TrapKind::interrupted ||
                               error.trap == TrapKind::allocation_size_too_large ||
                               error.trap == TrapKind::out_of_memory
                           ? Outcome::Kind::exhausted
                           : Outcome::Kind::trap;
        outcome.trap = common_name(error.trap);
        break;
      case ErrorKind::exhaustion: outcome.kind = Outcome::Kind::exhausted; break;
      case ErrorKind::exception: outcome.kind = Outcome::Kind::exception; break;
      case ErrorKind::exit:
      case ErrorKind::unsupported:
      case ErrorKind::host: outcome.kind = Outcome::Kind::failure; break;
    }
    if (outcome.kind == Outcome::Kind::exception) add_payload(outcome);
    return outcome;
  }

  void add_payload(Outcome& outcome) {
    gc::Object* const exception = store_->exception();
    require(exception != nullptr, "an exception is there");
    const TypeRegistry& types = engine_.runtime().types;
    const auto is_function = [&](TypeIndex index) {
      return types.definition(CanonicalType{raw(index)}).kind == CompositeKind::func;
    };
    const Slot* slot = exception->payload();
    for (const ValType type : types.definition(exception->tag()->type).func.params) {
      const Slot high = type.slots() == 2 ? slot[1] : 0;
      outcome.payload.push_back(visible(shape_of(type, is_function), slot[0], high));
      slot += type.slots();
    }
  }

  Engine engine_;
  const Ref<CompiledModule> surroundings_;
  Ref<CompiledModule> module_;
  std::unique_ptr<Store> store_;
  Instance* instance_ = nullptr;
};

}  // namespace

std::unique_ptr<Subject> make_zwasm(Config config) {
  config.features.set(Feature::legacy_exceptions, false);
  config.max_stack_bytes = size_t{16} << 20;
  config.max_memory_bytes = uint64_t{256} << 20;
  config.max_heap_bytes = uint64_t{64} << 20;
  return std::make_unique<Zwasm>(config);
}

}  // namespace zwasm::fuzz
