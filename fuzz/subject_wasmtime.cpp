#include "fuzz/subject_wasmtime.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "binary/module_decoder.hpp"
#include "fuzz/failure.hpp"
#include "text/parser.hpp"

namespace zwasm::fuzz {
namespace {

// --- What we need of the C API, as its headers describe it ---

struct Config_;
struct Engine_;
struct Store_;
struct Context_;
struct Module_;
struct Trap_;
struct Error_;
struct SharedMemory_;

struct ByteVec {
  size_t size;
  char* data;
};
struct Func_ {
  uint64_t store;
  void* place;
};
struct Item_ {  // a global, table, memory or tag
  uint64_t store;
  uint32_t place[3];
};
struct Instance_ {
  uint64_t store;
  size_t place;
};
struct Extern_ {
  enum Kind : uint8_t { func, global, table, memory, shared_memory, tag };
  uint8_t kind;
  union {
    Func_ as_func;
    Item_ as_item;
    SharedMemory_* as_shared_memory;
  };
};
struct Reference {
  uint64_t store;
  uint32_t place[2];
  void* pointer;
};
struct Val_ {
  enum Kind : uint8_t { i32, i64, f32, f64, v128, funcref, externref, anyref, exnref };
  uint8_t kind;
  union {
    uint32_t as_32;
    uint64_t as_64;
    uint8_t as_v128[16];
    Func_ as_func;
    Reference as_reference;
  };
};
union alignas(16) RawVal {
  uint32_t as_32;
  uint64_t as_64;
  uint64_t as_v128[2];
  void* as_func;
};

// name, result, parameters
#define WASMTIME_FUNCTIONS(F)                                                                   \
  F(wasm_config_new, Config_*, ())                                                              \
  F(wasm_engine_new_with_config, Engine_*, (Config_*))                                          \
  F(wasm_byte_vec_delete, void, (ByteVec*))                                                     \
  F(wasm_trap_delete, void, (Trap_*))                                                           \
  F(wasm_trap_message, void, (const Trap_*, ByteVec*))                                          \
  F(wasmtime_trap_code, bool, (const Trap_*, uint8_t*))                                         \
  F(wasmtime_error_delete, void, (Error_*))                                                     \
  F(wasmtime_error_message, void, (const Error_*, ByteVec*))                                    \
  F(wasmtime_config_epoch_interruption_set, void, (Config_*, bool))                             \
  F(wasmtime_config_async_stack_size_set, void, (Config_*, uint64_t))                           \
  F(wasmtime_config_max_wasm_stack_set, void, (Config_*, size_t))                               \
  F(wasmtime_config_parallel_compilation_set, void, (Config_*, bool))                           \
  F(wasmtime_config_cranelift_opt_level_set, void, (Config_*, uint8_t))                         \
  F(wasmtime_config_cranelift_nan_canonicalization_set, void, (Config_*, bool))                 \
  F(wasmtime_config_cranelift_regalloc_algorithm_set, void, (Config_*, uint8_t))                \
  F(wasmtime_config_memory_init_cow_set, void, (Config_*, bool))                                \
  F(wasmtime_config_native_unwind_info_set, void, (Config_*, bool))                             \
  F(wasmtime_config_shared_memory_set, void, (Config_*, bool))                                  \
  F(wasmtime_config_gc_support_set, void, (Config_*, bool))                                     \
  F(wasmtime_config_wasm_threads_set, void, (Config_*, bool))                                   \
  F(wasmtime_config_wasm_tail_call_set, void, (Config_*, bool))                                 \
  F(wasmtime_config_wasm_function_references_set, void, (Config_*, bool))                       \
  F(wasmtime_config_wasm_gc_set, void, (Config_*, bool))                                        \
  F(wasmtime_config_wasm_relaxed_simd_set, void, (Config_*, bool))                              \
  F(wasmtime_config_wasm_relaxed_simd_deterministic_set, void, (Config_*, bool))                \
  F(wasmtime_config_wasm_multi_memory_set, void, (Config_*, bool))                              \
  F(wasmtime_config_wasm_memory64_set, void, (Config_*, bool))                                  \
  F(wasmtime_config_wasm_wide_arithmetic_set, void, (Config_*, bool))                           \
  F(wasmtime_config_wasm_branch_hinting_set, void, (Config_*, bool))                            \
  F(wasmtime_config_wasm_exceptions_set, void, (Config_*, bool))                                \
  F(wasmtime_config_wasm_custom_page_sizes_set, void, (Config_*, bool))                         \
  F(wasmtime_config_wasm_compact_imports_set, void, (Config_*, bool))                           \
  F(wasmtime_config_wasm_stack_switching_set, void, (Config_*, bool))                           \
  F(wasmtime_engine_increment_epoch, void, (Engine_*))                                          \
  F(wasmtime_module_validate, Error_*, (Engine_*, const uint8_t*, size_t))                      \
  F(wasmtime_module_new, Error_*, (Engine_*, const uint8_t*, size_t, Module_**))                \
  F(wasmtime_module_delete, void, (Module_*))                                                   \
  F(wasmtime_store_new, Store_*, (Engine_*, void*, void (*)(void*)))                            \
  F(wasmtime_store_delete, void, (Store_*))                                                     \
  F(wasmtime_store_context, Context_*, (Store_*))                                               \
  F(wasmtime_store_limiter, void, (Store_*, int64_t, int64_t, int64_t, int64_t, int64_t))       \
  F(wasmtime_context_set_epoch_deadline, void, (Context_*, uint64_t))                           \
  F(wasmtime_context_take_exception, bool, (Context_*, Reference*))                             \
  F(wasmtime_exnref_field_count, size_t, (Context_*, const Reference*))                         \
  F(wasmtime_exnref_field, Error_*, (Context_*, const Reference*, size_t, Val_*))               \
  F(wasmtime_exnref_unroot, void, (Reference*))                                                 \
  F(wasmtime_instance_new, Error_*,                                                             \
    (Context_*, const Module_*, const Extern_*, size_t, Instance_*, Trap_**))                   \
  F(wasmtime_instance_export_get, bool,                                                         \
    (Context_*, const Instance_*, const char*, size_t, Extern_*))                               \
  F(wasmtime_extern_delete, void, (Extern_*))                                                   \
  F(wasmtime_func_call_unchecked, Error_*, (Context_*, const Func_*, RawVal*, size_t, Trap_**)) \
  F(wasmtime_func_to_raw, void*, (Context_*, const Func_*))                                     \
  F(wasmtime_memory_data, uint8_t*, (Context_*, const Item_*))                                  \
  F(wasmtime_memory_data_size, size_t, (Context_*, const Item_*))                               \
  F(wasmtime_sharedmemory_data, uint8_t*, (const SharedMemory_*))                               \
  F(wasmtime_sharedmemory_data_size, size_t, (const SharedMemory_*))                            \
  F(wasmtime_global_get, void, (Context_*, const Item_*, Val_*))                                \
  F(wasmtime_table_size, uint64_t, (Context_*, const Item_*))                                   \
  F(wasmtime_table_get, bool, (Context_*, const Item_*, uint64_t, Val_*))                       \
  F(wasmtime_anyref_is_i31, bool, (Context_*, const Reference*))                                \
  F(wasmtime_anyref_i31_get_u, bool, (Context_*, const Reference*, uint32_t*))                  \
  F(wasmtime_externref_to_raw, uint32_t, (Context_*, const Reference*))                         \
  F(wasmtime_val_unroot, void, (Val_*))

struct Library {
#define F(name, result, parameters) result(*name) parameters = nullptr;
  WASMTIME_FUNCTIONS(F)
#undef F

  bool load(const char* path) {
    void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      std::fprintf(stderr, "%s\n", dlerror());
      return false;
    }
    bool complete = true;
    const auto find = [&](auto& function, const char* name) {
      void* const address = dlsym(library, name);
      std::memcpy(&function, &address, sizeof address);
      if (address != nullptr) return;
      std::fprintf(stderr, "%s: no function %s; a newer version is needed\n", path, name);
      complete = false;
    };
#define F(name, result, parameters) find(name, #name);
    WASMTIME_FUNCTIONS(F)
#undef F
    return complete;
  }
};

// --- Traps, in the words that both engines' are put into ---

enum TrapCode : uint8_t {
  stack_overflow,
  memory_out_of_bounds,
  heap_misaligned,
  table_out_of_bounds,
  indirect_call_to_null,
  bad_signature,
  integer_overflow,
  integer_division_by_zero,
  bad_conversion_to_integer,
  unreachable_code_reached,
  interrupt,
  out_of_fuel,
  atomic_wait_non_shared_memory,
  null_reference,
  array_out_of_bounds,
  allocation_too_large,
  cast_failure,
};
constexpr TrapKind trap_kinds[] = {TrapKind::call_stack_exhausted,
                                   TrapKind::out_of_bounds_memory_access,
                                   TrapKind::unaligned_atomic,
                                   TrapKind::out_of_bounds_table_access,
                                   TrapKind::uninitialized_element,
                                   TrapKind::indirect_call_type_mismatch,
                                   TrapKind::integer_overflow,
                                   TrapKind::integer_divide_by_zero,
                                   TrapKind::invalid_conversion_to_integer,
                                   TrapKind::unreachable,
                                   TrapKind::interrupted,
                                   TrapKind::out_of_fuel,
                                   TrapKind::expected_shared_memory,
                                   TrapKind::null_reference,
                                   TrapKind::out_of_bounds_array_access,
                                   TrapKind::allocation_size_too_large,
                                   TrapKind::cast_failure};
static_assert(std::size(trap_kinds) == cast_failure + 1);

constexpr uint64_t ticks_per_module = 100;
constexpr auto tick = std::chrono::milliseconds(20);

class Wasmtime final : public Subject {
 public:
  bool load(const char* library) {
    if (!api_.load(library)) return false;
    Config_* const config = api_.wasm_config_new();
    api_.wasmtime_config_epoch_interruption_set(config, true);
    api_.wasmtime_config_async_stack_size_set(config, uint64_t{32} << 20);
    api_.wasmtime_config_max_wasm_stack_set(config, size_t{16} << 20);
    api_.wasmtime_config_parallel_compilation_set(config, false);
    api_.wasmtime_config_cranelift_opt_level_set(config, 0);
    api_.wasmtime_config_cranelift_regalloc_algorithm_set(config, 1);  // the quicker one
    api_.wasmtime_config_cranelift_nan_canonicalization_set(config, true);
    api_.wasmtime_config_memory_init_cow_set(config, false);
    api_.wasmtime_config_native_unwind_info_set(config, false);
    api_.wasmtime_config_shared_memory_set(config, true);
    api_.wasmtime_config_gc_support_set(config, true);
    api_.wasmtime_config_wasm_threads_set(config, true);
    api_.wasmtime_config_wasm_tail_call_set(config, true);
    api_.wasmtime_config_wasm_function_references_set(config, true);
    api_.wasmtime_config_wasm_gc_set(config, true);
    api_.wasmtime_config_wasm_relaxed_simd_set(config, true);
    api_.wasmtime_config_wasm_relaxed_simd_deterministic_set(config, true);
    api_.wasmtime_config_wasm_multi_memory_set(config, true);
    api_.wasmtime_config_wasm_memory64_set(config, true);
    api_.wasmtime_config_wasm_wide_arithmetic_set(config, true);
    api_.wasmtime_config_wasm_branch_hinting_set(config, true);
    api_.wasmtime_config_wasm_exceptions_set(config, true);
    api_.wasmtime_config_wasm_custom_page_sizes_set(config, true);
    api_.wasmtime_config_wasm_compact_imports_set(config, false);
    api_.wasmtime_config_wasm_stack_switching_set(config, false);
    engine_ = api_.wasm_engine_new_with_config(config);
    require(engine_ != nullptr, "wasmtime takes the configuration");
    surroundings_ = compile_surroundings();
    clock_ = std::thread([this] {
      while (!is_ending_.load(std::memory_order_relaxed)) {
        std::this_thread::sleep_for(tick);
        api_.wasmtime_engine_increment_epoch(engine_);
      }
    });
    return true;
  }

  ~Wasmtime() override {
    is_ending_.store(true, std::memory_order_relaxed);
    if (clock_.joinable()) clock_.join();
  }

  Outcome validate(std::span<const uint8_t> module) override {
    Error_* const error = api_.wasmtime_module_validate(engine_, module.data(), module.size());
    return error == nullptr ? Outcome{} : outcome(error, nullptr, Outcome::Kind::rejected);
  }

  Outcome compile(std::span<const uint8_t> module) override {
    if (store_ != nullptr) api_.wasmtime_store_delete(std::exchange(store_, nullptr));
    if (module_ != nullptr) api_.wasmtime_module_delete(std::exchange(module_, nullptr));
    Error_* const error = api_.wasmtime_module_new(engine_, module.data(), module.size(), &module_);
    if (error != nullptr) return outcome(error, nullptr, Outcome::Kind::rejected);
    const Result<Module> decoded = decode_imports(module);
    imports_.clear();
    for (const Import& import : decoded.value().imports) imports_.emplace_back(import.name);
    return {};
  }

  Outcome instantiate() override {
    store_ = api_.wasmtime_store_new(engine_, nullptr, nullptr);
    context_ = api_.wasmtime_store_context(store_);
    api_.wasmtime_store_limiter(store_, int64_t{64} << 20, -1, -1, -1, -1);
    api_.wasmtime_context_set_epoch_deadline(context_, ticks_per_module);
    Trap_* trap = nullptr;
    std::vector<Extern_> imports(imports_.size());
    if (!imports.empty()) {
      Instance_ surroundings;
      Error_* const error =
          api_.wasmtime_instance_new(context_, surroundings_, nullptr, 0, &surroundings, &trap);
      require(error == nullptr && trap == nullptr, "the surroundings can be instantiated");
      for (size_t i = 0; i < imports.size(); ++i) {
        require(find(surroundings, imports_[i], imports[i]), "the surroundings have it");
      }
    }
    Error_* const error = api_.wasmtime_instance_new(context_, module_, imports.data(),
                                                     imports.size(), &instance_, &trap);
    return outcome(error, trap, Outcome::Kind::failure);
  }

  Outcome call(std::string_view function, std::span<const Operand> arguments,
               std::span<Operand> results, std::span<const std::string_view> functions) override {
    const Func_ callee = exported(function).as_func;
    std::vector<RawVal> values(std::max(arguments.size(), results.size()));
    for (size_t i = 0; i < arguments.size(); ++i) {
      const Operand& argument = arguments[i];
      values[i].as_v128[0] = argument.low;
      values[i].as_v128[1] = argument.high;
      if (argument.is_function()) {
        const Func_ passed = exported(functions[argument.low - Operand::first_function]).as_func;
        values[i].as_func = api_.wasmtime_func_to_raw(context_, &passed);
      }
    }
    Trap_* trap = nullptr;
    Error_* const error =
        api_.wasmtime_func_call_unchecked(context_, &callee, values.data(), values.size(), &trap);
    if (error != nullptr || trap != nullptr) return outcome(error, trap, Outcome::Kind::failure);
    for (size_t i = 0; i < results.size(); ++i) set_result(results[i], values[i]);
    return {};
  }

  std::span<const uint8_t> memory(std::string_view name) override {
    Extern_ item = exported(name);
    if (item.kind == Extern_::shared_memory) {
      const std::span<const uint8_t> bytes = {
          api_.wasmtime_sharedmemory_data(item.as_shared_memory),
          api_.wasmtime_sharedmemory_data_size(item.as_shared_memory)};
      api_.wasmtime_extern_delete(&item);
      return bytes;  // the instance keeps it
    }
    return {api_.wasmtime_memory_data(context_, &item.as_item),
            api_.wasmtime_memory_data_size(context_, &item.as_item)};
  }

  Operand global(std::string_view name, Operand::Shape shape) override {
    const Extern_ item = exported(name);
    Val_ value;
    api_.wasmtime_global_get(context_, &item.as_item, &value);
    return take(value, shape);
  }

  uint64_t table_size(std::string_view name) override {
    const Extern_ item = exported(name);
    return api_.wasmtime_table_size(context_, &item.as_item);
  }

  Operand table_element(std::string_view name, Operand::Shape shape, uint64_t index) override {
    const Extern_ item = exported(name);
    Val_ value;
    require(api_.wasmtime_table_get(context_, &item.as_item, index, &value), "an element is there");
    return take(value, shape);
  }

 private:
  static Result<Module> decode_imports(std::span<const uint8_t> module) {
    Result<Module> decoded = decode_module(module, Features());
    require_ok(decoded, "a module that wasmtime compiles decodes");
    return decoded;
  }

  Module_* compile_surroundings() {
    const Result<Vector<uint8_t>> bytes = parse_module(surroundings_text, Features());
    require_ok(bytes, "the surroundings parse");
    Module_* module = nullptr;
    Error_* const error =
        api_.wasmtime_module_new(engine_, bytes.value().data(), bytes.value().size(), &module);
    if (error != nullptr) fail("wasmtime compiles the surroundings", message(error));
    return module;
  }

  bool find(const Instance_& instance, std::string_view name, Extern_& item) {
    return api_.wasmtime_instance_export_get(context_, &instance, name.data(), name.size(), &item);
  }
  Extern_ exported(std::string_view name) {
    Extern_ item;
    require(find(instance_, name, item), "an export is there");
    return item;
  }

  std::string take(ByteVec& bytes) {
    std::string text(bytes.data, bytes.size);
    api_.wasm_byte_vec_delete(&bytes);
    while (!text.empty() && text.back() == '\0') text.pop_back();
    return text;
  }
  std::string message(Error_* error) {
    ByteVec bytes;
    api_.wasmtime_error_message(error, &bytes);
    api_.wasmtime_error_delete(error);
    return take(bytes);
  }

  /// Takes the error or trap, if there is one. `kind`: what an error is.
  Outcome outcome(Error_* error, Trap_* trap, Outcome::Kind kind) {
    Outcome outcome;
    if (error != nullptr) {
      outcome.kind = kind;
      outcome.text = message(error);
      if (outcome.text.find("out of memory") != std::string::npos ||
          outcome.text.find("exceeds memory limits") != std::string::npos ||
          outcome.text.find("failed to allocate") != std::string::npos) {
        outcome.kind = Outcome::Kind::exhausted;
      }
    } else if (trap != nullptr) {
      ByteVec bytes;
      api_.wasm_trap_message(trap, &bytes);
      outcome.text = take(bytes);
      set_trap(outcome, trap);
      api_.wasm_trap_delete(trap);
    }
    if (outcome.kind == Outcome::Kind::failure &&
        outcome.text.find("thrown Wasm exception") != std::string::npos) {
      outcome.kind = Outcome::Kind::exception;  // by a start function: what it threw is gone
      outcome.has_payload = false;
    }
    return outcome;
  }

  void set_trap(Outcome& outcome, Trap_* trap) {
    uint8_t code;
    if (!api_.wasmtime_trap_code(trap, &code)) {
      Reference exception;
      if (api_.wasmtime_context_take_exception(context_, &exception)) {
        outcome.kind = Outcome::Kind::exception;
        add_payload(outcome, exception);
        return;
      }
      outcome.kind = outcome.text.find("out of memory") != std::string::npos ||
                             outcome.text.find("allocat") != std::string::npos
                         ? Outcome::Kind::exhausted
                         : Outcome::Kind::failure;
      return;
    }
    outcome.kind = code == stack_overflow || code == interrupt || code == allocation_too_large
                       ? Outcome::Kind::exhausted
                       : Outcome::Kind::trap;
    outcome.trap = code < std::size(trap_kinds) ? trap_message(trap_kinds[code]) : "unknown";
  }

  void add_payload(Outcome& outcome, Reference& exception) {
    static constexpr Operand::Shape shapes[] = {
        Operand::Shape::i32,     Operand::Shape::i64,  Operand::Shape::f32,
        Operand::Shape::f64,     Operand::Shape::v128, Operand::Shape::func,
        Operand::Shape::extern_, Operand::Shape::any,  Operand::Shape::exn};
    const size_t count = api_.wasmtime_exnref_field_count(context_, &exception);
    for (size_t i = 0; i < count; ++i) {
      Val_ value;
      require(api_.wasmtime_exnref_field(context_, &exception, i, &value) == nullptr, "a field");
      outcome.payload.push_back(take(value, shapes[value.kind]));
    }
    api_.wasmtime_exnref_unroot(&exception);
  }

  static void set_result(Operand& result, const RawVal& value) {
    switch (result.shape) {
      case Operand::Shape::i32:
      case Operand::Shape::f32: result.low = value.as_32; return;
      case Operand::Shape::i64:
      case Operand::Shape::f64: result.low = value.as_64; return;
      case Operand::Shape::v128:
        result.low = value.as_v128[0];
        result.high = value.as_v128[1];
        return;
      case Operand::Shape::func:
        result.low = value.as_func == nullptr ? 0 : Operand::some_reference;
        return;
      case Operand::Shape::any:
      case Operand::Shape::extern_:
      case Operand::Shape::exn: result.low = visible(value.as_32); return;
    }
  }
  static uint64_t visible(uint32_t reference) {
    return reference == 0 || (reference & 1) != 0 ? reference : Operand::some_reference;
  }

  Operand take(Val_& value, Operand::Shape shape) {
    Operand result{shape};
    switch (shape) {
      case Operand::Shape::i32:
      case Operand::Shape::f32: result.low = value.as_32; break;
      case Operand::Shape::i64:
      case Operand::Shape::f64: result.low = value.as_64; break;
      case Operand::Shape::v128:
        std::memcpy(&result.low, value.as_v128, 8);
        std::memcpy(&result.high, value.as_v128 + 8, 8);
        break;
      case Operand::Shape::func:
        result.low = value.as_func.store == 0 ? 0 : Operand::some_reference;
        break;
      case Operand::Shape::any: {
        uint32_t number = 0;
        if (value.as_reference.store == 0) break;
        result.low = Operand::some_reference;
        if (api_.wasmtime_anyref_i31_get_u(context_, &value.as_reference, &number)) {
          result.low = static_cast<uint32_t>(number << 1) | 1;
        }
        break;
      }
      case Operand::Shape::extern_:
        if (value.as_reference.store == 0) break;
        result.low = visible(api_.wasmtime_externref_to_raw(context_, &value.as_reference));
        break;
      case Operand::Shape::exn:
        result.low = value.as_reference.store == 0 ? 0 : Operand::some_reference;
        break;
    }
    api_.wasmtime_val_unroot(&value);
    return result;
  }

  Library api_;
  Engine_* engine_ = nullptr;
  Module_* surroundings_ = nullptr;
  Module_* module_ = nullptr;
  Store_* store_ = nullptr;
  Context_* context_ = nullptr;
  Instance_ instance_{};
  std::vector<std::string> imports_;
  std::thread clock_;
  std::atomic<bool> is_ending_ = false;
};

}  // namespace

std::unique_ptr<Subject> load_wasmtime(const char* library) {
  auto wasmtime = std::make_unique<Wasmtime>();
  if (!wasmtime->load(library)) return nullptr;
  return wasmtime;
}

}  // namespace zwasm::fuzz
