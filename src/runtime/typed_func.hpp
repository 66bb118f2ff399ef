// Calling wasm functions with C++ types.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/result.hpp"
#include "runtime/store.hpp"
#include "wasm/slots.hpp"

namespace zwasm {

template <class Signature>
class TypedFunc;

/// A wasm function whose type was checked once: TypedFunc<int32_t(int32_t, double)>. Arguments and
/// the result are integers of 32 or 64 bits, float or double; the result may be void.
template <class R, SlotValue... Args>
class TypedFunc<R(Args...)> {
 public:
  /// Fails with ErrorKind::host if there is no function or it has another type.
  static Result<TypedFunc> make(Store& store, const FuncRef* function) {
    static constexpr ValType params[] = {detail::valtype_of<Args>..., ValType()};
    const bool has_result = !std::is_void_v<R>;
    if (function == nullptr) {
      return make_error(ErrorKind::host, Error::no_offset, "no such function");
    }
    const FuncType& type = store.type_of(*function);
    bool same = type.params.size() == sizeof...(Args) && type.results.size() == has_result;
    for (size_t i = 0; same && i < sizeof...(Args); ++i) same = type.params[i] == params[i];
    if constexpr (has_result) same = same && type.results[0] == detail::valtype_of<R>;
    if (!same) {
      return make_error(ErrorKind::host, Error::no_offset, "the function has type %s",
                        to_string(type).c_str());
    }
    return TypedFunc(store, *function);
  }

  /// Results are as of Store::call.
  Result<R> operator()(Args... args) const {
    const Slot arguments[] = {to_slot(args)..., 0};
    if constexpr (std::is_void_v<R>) {
      return store_->call_slots(*function_, {arguments, sizeof...(Args)}, {});
    } else {
      Slot result = 0;
      ZWASM_CHECK(store_->call_slots(*function_, {arguments, sizeof...(Args)}, {&result, 1}));
      return from_slot<R>(result);
    }
  }

 private:
  TypedFunc(Store& store, const FuncRef& function) : store_(&store), function_(&function) {}
  Store* store_;
  const FuncRef* function_;
};

}  // namespace zwasm
