#include "wast_runner.hpp"

#include <bit>
#include <cstdio>
#include <cstring>

#include "report.hpp"
#include "text/source_position.hpp"
#include "values.hpp"

namespace zwasm::cli {
namespace {

void print_nothing(Caller) {}
void print_i32(Caller, uint32_t) {}
void print_i64(Caller, uint64_t) {}
void print_f32(Caller, float) {}
void print_f64(Caller, double) {}
void print_i32_f32(Caller, uint32_t, float) {}
void print_f64_f64(Caller, double, double) {}

/// The modules that scripts import from as "spectest", and the feature that each needs.
struct SpectestModule {
  Feature feature;
  std::string_view text;
};
constexpr SpectestModule spectest_modules[] = {
    {Feature::mvp, "(module (global (export \"global_i32\") i32 (i32.const 666))"
    " (global (export \"global_i64\") i64 (i64.const 666))"
    " (global (export \"global_f32\") f32 (f32.const 666.6))"
    " (global (export \"global_f64\") f64 (f64.const 666.6))"
    " (table (export \"table\") 10 20 funcref)"
    " (memory (export \"memory\") 1 2))"},
    {Feature::memory64, "(module (table (export \"table64\") i64 10 20 funcref))"},
    {Feature::threads, "(module (memory (export \"shared_memory\") 1 2 shared))"},
};

Value to_value(const ScriptValue& value) {
  switch (value.kind) {
    case ScriptValue::Kind::i32: return Value::i32(static_cast<uint32_t>(value.bits));
    case ScriptValue::Kind::i64: return Value::i64(value.bits);
    case ScriptValue::Kind::f32: return Value::f32_bits(static_cast<uint32_t>(value.bits));
    case ScriptValue::Kind::f64: return Value::f64_bits(value.bits);
    case ScriptValue::Kind::v128: {
      uint64_t words[2];
      std::memcpy(words, value.lanes.bytes, sizeof(words));
      return Value::v128(words[0], words[1]);
    }
    case ScriptValue::Kind::ref_null:
      return Value::null(ValType::ref(value.has_heap ? value.heap : AbstractHeapType::any, true));
    case ScriptValue::Kind::ref_extern:
      return {ValType::ref(AbstractHeapType::extern_, false), host_reference(value.bits)};
    case ScriptValue::Kind::ref_host:
      return {ValType::ref(AbstractHeapType::any, false), host_reference(value.bits)};
    case ScriptValue::Kind::ref_of:
    case ScriptValue::Kind::either: break;
  }
  return {};
}

template <class Bits>
bool matches_float(Bits actual, Bits expected, ScriptValue::Nan nan, unsigned mantissa_bits) {
  const Bits quiet = Bits{1} << (mantissa_bits - 1);
  const Bits mantissa = (Bits{1} << mantissa_bits) - 1;
  const Bits sign = Bits{1} << (sizeof(Bits) * 8 - 1);
  const Bits exponent = static_cast<Bits>(~(mantissa | sign));
  switch (nan) {
    case ScriptValue::Nan::none: return actual == expected;
    case ScriptValue::Nan::canonical: return (actual & ~sign) == (exponent | quiet);
    case ScriptValue::Nan::arithmetic:
      return (actual & exponent) == exponent && (actual & quiet) != 0;
  }
  return false;
}

/// Whether references of both types can be null by the same value: one hierarchy of types.
bool same_hierarchy(HeapType a, HeapType b, const TypeRegistry& types) {
  for (const AbstractHeapType top : {AbstractHeapType::func, AbstractHeapType::extern_,
                                     AbstractHeapType::any, AbstractHeapType::exn}) {
    if (matches(types, a, top)) return matches(types, b, top);
  }
  return false;
}

bool matches(const Value& actual, const ScriptValue& expected, const TypeRegistry& types) {
  const ValType type = actual.type();
  switch (expected.kind) {
    case ScriptValue::Kind::i32: return type == valtype::i32 && actual.i32() == expected.bits;
    case ScriptValue::Kind::i64: return type == valtype::i64 && actual.i64() == expected.bits;
    case ScriptValue::Kind::f32:
      return type == valtype::f32 &&
             matches_float(actual.i32(), static_cast<uint32_t>(expected.bits), expected.nan, 23);
    case ScriptValue::Kind::f64:
      return type == valtype::f64 && matches_float(actual.i64(), expected.bits, expected.nan, 52);
    case ScriptValue::Kind::v128: {
      if (type != valtype::v128) return false;
      const uint64_t words[2] = {actual.low(), actual.high()};
      if (!expected.lanes.floating) {
        return std::memcmp(words, expected.lanes.bytes, sizeof(words)) == 0;
      }
      const auto* bytes = reinterpret_cast<const uint8_t*>(words);
      for (size_t lane = 0; lane < expected.lanes.lane_count; ++lane) {
        if (expected.lanes.lane_count == 4) {
          uint32_t a, b;
          std::memcpy(&a, bytes + lane * 4, 4);
          std::memcpy(&b, expected.lanes.bytes + lane * 4, 4);
          if (!matches_float(a, b, expected.lanes.nan[lane], 23)) return false;
        } else {
          uint64_t b;
          std::memcpy(&b, expected.lanes.bytes + lane * 8, 8);
          if (!matches_float(words[lane], b, expected.lanes.nan[lane], 52)) return false;
        }
      }
      return true;
    }
    case ScriptValue::Kind::ref_null:
      return type.is_ref() && actual.is_null() &&
             (!expected.has_heap || same_hierarchy(type.heap(), expected.heap, types));
    case ScriptValue::Kind::ref_extern:
      return type.is_ref() && !actual.is_null() &&
             (!expected.has_number || actual.low() == host_reference(expected.bits));
    case ScriptValue::Kind::ref_host:
      return type.is_ref() && actual.low() == host_reference(expected.bits);
    case ScriptValue::Kind::ref_of:
      return type.is_ref() && !actual.is_null() &&
             gc::is_of(actual.low(), expected.heap.abstract());
    case ScriptValue::Kind::either:
      for (const ScriptValue& alternative : expected.alternatives) {
        if (matches(actual, alternative, types)) return true;
      }
      return false;
  }
  return false;
}

/// Whether a command asks about more than decoding and validation decide.
bool needs_execution(ScriptCommand::Kind kind) {
  switch (kind) {
    case ScriptCommand::Kind::module:
    case ScriptCommand::Kind::assert_malformed:
    case ScriptCommand::Kind::assert_malformed_custom:
    case ScriptCommand::Kind::assert_invalid:
    case ScriptCommand::Kind::assert_invalid_custom:
      return false;
    case ScriptCommand::Kind::instance:
    case ScriptCommand::Kind::register_:
    case ScriptCommand::Kind::action:
    case ScriptCommand::Kind::assert_return:
    case ScriptCommand::Kind::assert_trap:
    case ScriptCommand::Kind::assert_exhaustion:
    case ScriptCommand::Kind::assert_exception:
    case ScriptCommand::Kind::assert_unlinkable:
    case ScriptCommand::Kind::thread:
    case ScriptCommand::Kind::wait:
      return true;
  }
  return true;
}

std::string print_values(const std::vector<Value>& values, const TypeRegistry& types) {
  std::string text;
  for (const Value& value : values) {
    text += (text.empty() ? "" : " ") + to_string(value.type()) + ":" +
            to_text(value, types);
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace

WastRunner::WastRunner(Engine& engine, std::string_view file, bool execute, uint64_t fuel)
    : engine_(engine), file_(file), execute_(execute), store_(engine.make_store()), fuel_(fuel) {
  if (engine.config().fuel) store_.set_fuel(fuel);
  linker_.define<print_nothing>("spectest", "print");
  linker_.define<print_i32>("spectest", "print_i32");
  linker_.define<print_i64>("spectest", "print_i64");
  linker_.define<print_f32>("spectest", "print_f32");
  linker_.define<print_f64>("spectest", "print_f64");
  linker_.define<print_i32_f32>("spectest", "print_i32_f32");
  linker_.define<print_f64_f64>("spectest", "print_f64_f64");
  for (const auto& [feature, text] : spectest_modules) {
    if (!engine_.config().features.has(feature)) continue;
    auto module = engine_.compile(text, "spectest");
    if (!module.ok()) {
      setup_error_ = module.error().message;
      continue;
    }
    auto instance = linker_.instantiate(store_, *module);
    if (!instance.ok()) {
      setup_error_ = instance.error().message;
      continue;
    }
    for (const Export& exported : (*module)->exports()) {
      Extern value;
      if ((*instance)->find_export(exported.name, value)) {
        linker_.define_extern("spectest", exported.name, value);
      }
    }
  }
}

/// A thread of the script: a runner with a store of its own.
struct WastRunner::Thread {
  Thread(Engine& engine, std::string_view file, bool execute, uint64_t fuel)
      : runner(engine, file, execute, fuel) {}

  std::span<const ScriptCommand> commands;
  WastRunner runner;
  WastResult result;
  os::Thread thread;
};

WastRunner::~WastRunner() = default;

WastResult WastRunner::run(std::span<const ScriptCommand> commands) {
  WastResult result;
  if (execute_ && !setup_error_.empty()) {
    ++result.failed;
    std::fprintf(stderr, "%s: spectest: %s\n", printable(file_).c_str(),
                 printable(setup_error_).c_str());
  }
  for (const ScriptCommand& each : commands) {
    if (!execute_ && needs_execution(each.kind)) continue;
    std::string why;
    if (command(each, why)) {
      ++result.passed;
    } else {
      ++result.failed;
      std::fprintf(stderr, "%s:%u: %s: %s\n", printable(file_).c_str(), each.line,
                   to_string(each.kind), printable(why).c_str());
    }
  }
  return result;
}

bool WastRunner::command(const ScriptCommand& command, std::string& why) {
  switch (command.kind) {
    case ScriptCommand::Kind::module:
      return define(command.module, why);
    case ScriptCommand::Kind::assert_malformed:
    case ScriptCommand::Kind::assert_malformed_custom:
      return rejected(command, ErrorKind::malformed, why);
    case ScriptCommand::Kind::assert_invalid:
    case ScriptCommand::Kind::assert_invalid_custom:
      return rejected(command, ErrorKind::invalid, why);
    case ScriptCommand::Kind::instance: {
      const auto found = definitions_.find(command.source_id);
      if (!command.source_id.empty() && found == definitions_.end()) {
        why = "unknown module";
        return false;
      }
      return instantiate(command.source_id.empty() ? last_definition_ : found->second, command.id,
                         why);
    }
    case ScriptCommand::Kind::register_: {
      if (const auto shared = shared_.find(command.id); shared != shared_.end()) {
        for (const auto& [name, memory] : shared->second) {
          linker_.define_extern(command.name, name, Extern(memory->instance()));
        }
        return true;
      }
      Instance* instance = find_instance(command.id);
      if (instance == nullptr) {
        why = "unknown instance";
        return false;
      }
      linker_.define_instance(command.name, *instance);
      return true;
    }
    case ScriptCommand::Kind::action: {
      auto result = act(command.action);
      if (!result.ok()) why = result.error().message;
      return result.ok();
    }
    case ScriptCommand::Kind::assert_return:
      return assert_return(command, why);
    case ScriptCommand::Kind::assert_trap: {
      if (command.has_module) {
        auto module = compile(command.module, engine_.config());
        if (!module.ok()) return fails(&module.error(), ErrorKind::trap, command.message, why);
        auto instance = linker_.instantiate(store_, *module);
        return fails(instance.ok() ? nullptr : &instance.error(), ErrorKind::trap, command.message,
                     why);
      }
      auto result = act(command.action);
      return fails(result.ok() ? nullptr : &result.error(), ErrorKind::trap, command.message, why);
    }
    case ScriptCommand::Kind::assert_exhaustion: {
      auto result = act(command.action);
      return fails(result.ok() ? nullptr : &result.error(), ErrorKind::exhaustion, command.message,
                   why);
    }
    case ScriptCommand::Kind::assert_exception: {
      auto result = act(command.action);
      return fails(result.ok() ? nullptr : &result.error(), ErrorKind::exception, "", why);
    }
    case ScriptCommand::Kind::assert_unlinkable: {
      auto module = compile(command.module, engine_.config());
      if (!module.ok()) return fails(&module.error(), ErrorKind::unlinkable, command.message, why);
      auto instance = linker_.instantiate(store_, *module);
      return fails(instance.ok() ? nullptr : &instance.error(), ErrorKind::unlinkable,
                   command.message, why);
    }
    case ScriptCommand::Kind::thread: return start_thread(command, why);
    case ScriptCommand::Kind::wait: return wait_thread(command, why);
  }
  return false;
}

Result<Ref<CompiledModule>> WastRunner::compile(const ScriptModule& module,
                                                const Config& config) {
  const auto bytes = ZWASM_TRY(script_module_bytes(module, config.features));
  // Not Engine::compile, which would take bytes without the magic number for text.
  auto owned = ZWASM_TRY(os::OwnedBytes::copy(bytes.span()));
  auto compiled = CompiledModule::make(engine_.runtime(), config, std::move(owned), {});
  if (compiled.ok() || module.form != ScriptModule::Form::text) return compiled;
  Error error = at_source(compiled.take_error(), module.text, config.features, bytes.span());
  if (error.line != 0) error.line += module.line - 1;
  return error;
}

bool WastRunner::define(const ScriptModule& module, std::string& why) {
  auto compiled = compile(module, engine_.config());
  if (!compiled.ok()) {
    why = describe(file_, compiled.error());
    return false;
  }
  last_definition_ = *compiled;
  if (!module.id.empty()) definitions_.insert_or_assign(std::string(module.id), *compiled);
  if (module.is_definition || !execute_) return true;
  return instantiate(*compiled, module.id, why);
}

bool WastRunner::instantiate(const Ref<CompiledModule>& module, std::string_view id,
                             std::string& why) {
  auto instance = linker_.instantiate(store_, module);
  if (!instance.ok()) {
    why = describe(file_, instance.error());
    last_instance_ = nullptr;
    return false;
  }
  last_instance_ = *instance;
  if (!id.empty()) instances_.insert_or_assign(std::string(id), *instance);
  return true;
}

Instance* WastRunner::find_instance(std::string_view id) const {
  if (id.empty()) return last_instance_;
  const auto found = instances_.find(id);
  return found == instances_.end() ? nullptr : found->second;
}

Result<WastRunner::Values> WastRunner::act(const ScriptAction& action) {
  Instance* instance = find_instance(action.module);
  if (instance == nullptr) {
    return make_error(ErrorKind::host, Error::no_offset, "unknown instance");
  }
  if (action.kind == ScriptAction::Kind::get) {
    const GlobalInstance global = instance->exported_global(action.name);
    if (global.cell == nullptr) {
      return make_error(ErrorKind::host, Error::no_offset, "unknown global");
    }
    return Values{global.get()};
  }
  const FuncRef* function = instance->exported_func(action.name);
  if (function == nullptr) {
    return make_error(ErrorKind::host, Error::no_offset, "unknown function %.*s",
                      static_cast<int>(action.name.size()), action.name.data());
  }
  Values arguments;
  for (const ScriptValue& argument : action.arguments) arguments.push_back(to_value(argument));
  Values results(store_.type_of(*function).results.size());
  ZWASM_CHECK(store_.call(*function, arguments, results));
  return results;
}

bool WastRunner::assert_return(const ScriptCommand& command, std::string& why) {
  auto result = act(command.action);
  if (!result.ok()) {
    why = result.error().message;
    return false;
  }
  bool same = result->size() == command.results.size();
  for (size_t i = 0; same && i < result->size(); ++i) {
    same = matches((*result)[i], command.results[i], store_.runtime().types);
  }
  if (!same) {
    why = format("%.*s returned ", static_cast<int>(command.action.name.size()),
                 command.action.name.data()) +
          print_values(*result, store_.runtime().types);
  }
  return same;
}

bool WastRunner::start_thread(const ScriptCommand& command, std::string& why) {
  auto thread = std::make_unique<Thread>(engine_, file_, execute_, fuel_);
  if (!command.source_id.empty()) {
    Instance* instance = find_instance(command.source_id);
    if (instance == nullptr) {
      why = "unknown instance";
      return false;
    }
    SharedExports& exports = thread->runner.shared_[std::string(command.source_id)];
    for (const Export& exported : instance->module().module().exports) {
      if (exported.kind != ExternKind::memory) continue;
      MemoryInstance& memory = instance->memory(exported.index);
      if (memory.shared() == nullptr) continue;
      exports.insert_or_assign(std::string(exported.name), Ref<SharedMemory>(memory.shared()));
    }
  }
  thread->commands = command.commands;
  constexpr size_t stack_bytes = size_t{1} << 20;
  const auto run = [](void* self) {
    Thread& running = *static_cast<Thread*>(self);
    running.result = running.runner.run(running.commands);
  };
  if (!thread->thread.start(run, thread.get(), os::Placement::elsewhere, stack_bytes)) {
    why = "the system has no thread left";
    return false;
  }
  threads_.insert_or_assign(std::string(command.id), std::move(thread));
  return true;
}

bool WastRunner::wait_thread(const ScriptCommand& command, std::string& why) {
  const auto found = threads_.find(command.id);
  if (found == threads_.end()) {
    why = "unknown thread";
    return false;
  }
  found->second->thread.join();
  const WastResult result = found->second->result;
  threads_.erase(found);
  if (result.failed != 0) {
    why = format("%llu commands of the thread failed",
                 static_cast<unsigned long long>(result.failed));
  }
  return result.failed == 0;
}

/// Whether `error` is of the kind, and its message begins as expected, or consists of the first
/// words of what is expected: the reference messages vary in how much detail follows.
bool WastRunner::fails(const Error* error, ErrorKind kind, std::string_view message,
                       std::string& why) {
  if (error == nullptr) {
    why = "succeeded, expected " + std::string(error_kind_name(kind)) + ": " + std::string(message);
    return false;
  }
  const std::string_view actual = error->message;
  const bool first_words = !actual.empty() && message.size() > actual.size() &&
                           message.starts_with(actual) &&
                           std::string_view(" :,;(").find(message[actual.size()]) !=
                               std::string_view::npos;
  if (error->kind == kind && (actual.starts_with(message) || first_words)) return true;
  why = "expected " + std::string(error_kind_name(kind)) + ": " + std::string(message) + ", got " +
        error_kind_name(error->kind) + ": " + error->message;
  return false;
}

bool WastRunner::rejected(const ScriptCommand& command, ErrorKind kind, std::string& why) {
  auto module = compile(command.module, engine_.config());
  if (fails(module.ok() ? nullptr : &module.error(), kind, command.message, why)) return true;
  // Many a script is older than a feature that gives its bytes or its text a meaning.
  Config config = engine_.config();
  for (size_t i = 0; i < feature_count; ++i) {
    const auto feature = static_cast<Feature>(i);
    if (!engine_.config().features.has(feature)) continue;
    config.features.set(feature, false);
    auto without = compile(command.module, config);
    std::string ignored;
    if (fails(without.ok() ? nullptr : &without.error(), kind, command.message, ignored)) {
      why += " (holds with --disable-feature " + std::string(feature_table[i].name) + ")";
      break;
    }
    config.features.set(feature, true);
  }
  return false;
}

}  // namespace zwasm::cli
