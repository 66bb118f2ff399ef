// For functions that the host defines.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/slots.hpp"
#include "wasm/types.hpp"

namespace zwasm {

/// Ends the execution with `error` (any kind): return what this returns from the HostCallback.
/// An error of kind `exit` carries the exit code.
TrapKind raise_error(VMContext* caller, Error error);
/// Ends the execution as proc_exit(code) does.
TrapKind raise_exit(VMContext* caller, uint32_t code);

/// Memory 0 of the calling instance; null if it has none. Valid until the memory grows: ask again
/// after anything that can run wasm.
inline MemoryDefinition* caller_memory(VMContext* caller) { return caller->memory0; }

/// `size` bytes at `address` of a memory, or null if they are not all inside it (also for an absent
/// memory). For size 0 the address may be the memory's end.
inline uint8_t* checked_range(MemoryDefinition* memory, uint64_t address, uint64_t size) {
  if (memory == nullptr) return nullptr;
  const uint64_t bytes = memory->bytes.load(std::memory_order_relaxed);
  if (address > bytes || size > bytes - address) return nullptr;
  return memory->base + address;
}

/// A host function by name, for tables of them: see Linker::define_funcs. The spans and views must
/// live as long as the linker.
struct HostFuncDefinition {
  std::string_view name;
  std::span<const ValType> params;
  std::span<const ValType> results;
  HostCallback callback;
};

/// What a typed host function is called with before its wasm arguments.
struct Caller {
  VMContext* vmctx;
  void* data;  ///< of the definition

  MemoryDefinition* memory() const { return caller_memory(vmctx); }
};

namespace detail {

template <class T>
inline constexpr ValType valtype_of = std::is_same_v<T, float>    ? valtype::f32
                                      : std::is_same_v<T, double> ? valtype::f64
                                      : sizeof(T) == 4            ? valtype::i32
                                                                  : valtype::i64;

template <class Function>
struct HostSignature;

}  // namespace detail

/// The outcome of a typed host function that can fail: a value, or a trap (raise_error()).
template <class T>
struct HostResult {
  T value{};
  TrapKind trap = TrapKind::none;

  HostResult(T the_value) : value(the_value) {}
  HostResult(TrapKind kind) : trap(kind) {}
};

/// Adapts a function or captureless lambda `R function(Caller, Args...)` to a HostCallback. Args
/// are integers of 32 or 64 bits, float, double; R one of them, void, TrapKind (no results), or
/// HostResult of one of them.
template <auto function>
struct TypedHostFunction : detail::HostSignature<decltype(+function)> {
  using Signature = detail::HostSignature<decltype(+function)>;
  static TrapKind callback(void* data, VMContext* caller, Slot* args) {
    return Signature::call(+function, Caller{caller, data}, args);
  }
  static constexpr HostFuncDefinition named(std::string_view name) {
    return {name, Signature::params(), Signature::results(), &callback};
  }
};

namespace detail {

template <class R>
struct HostReturn {
  static constexpr ValType types[] = {valtype_of<R>};
  static TrapKind store(Slot* args, R value) {
    args[0] = to_slot(value);
    return TrapKind::none;
  }
};
template <class T>
struct HostReturn<HostResult<T>> {
  static constexpr ValType types[] = {valtype_of<T>};
  static TrapKind store(Slot* args, const HostResult<T>& result) {
    args[0] = to_slot(result.value);
    return result.trap;
  }
};

template <class R, SlotValue... Args>
struct HostSignature<R (*)(Caller, Args...)> {
  static constexpr bool has_result = !std::is_void_v<R> && !std::is_same_v<R, TrapKind>;
  static constexpr ValType param_types[sizeof...(Args) + 1] = {valtype_of<Args>..., ValType()};

  static constexpr std::span<const ValType> params() { return {param_types, sizeof...(Args)}; }
  static constexpr std::span<const ValType> results() {
    if constexpr (has_result) {
      return HostReturn<R>::types;
    } else {
      return {};
    }
  }
  static TrapKind call(R (*function)(Caller, Args...), Caller caller, Slot* args) {
    return [&]<size_t... i>(std::index_sequence<i...>) {
      if constexpr (std::is_void_v<R>) {
        function(caller, from_slot<Args>(args[i])...);
        return TrapKind::none;
      } else if constexpr (std::is_same_v<R, TrapKind>) {
        return function(caller, from_slot<Args>(args[i])...);
      } else {
        return HostReturn<R>::store(args, function(caller, from_slot<Args>(args[i])...));
      }
    }(std::index_sequence_for<Args...>());
  }
};

}  // namespace detail
}  // namespace zwasm
