// What each atomic instruction does to memory. All are sequentially consistent. Values are as wide
// as the access: results are zero-extended, operands wrapped, also the expected value of a
// compare-exchange.
#pragma once

#include <cstdint>

#include "wasm/semantics.hpp"

namespace zwasm::semantics::atomic {

template <class T>
ZWASM_INLINE T load(const T* at) {
  return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE void store(T* at, T value) {
  __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE T add(T* at, T value) {
  return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE T sub(T* at, T value) {
  return __atomic_fetch_sub(at, value, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE T and_(T* at, T value) {
  return __atomic_fetch_and(at, value, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE T or_(T* at, T value) {
  return __atomic_fetch_or(at, value, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE T xor_(T* at, T value) {
  return __atomic_fetch_xor(at, value, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE T xchg(T* at, T value) {
  return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);
}
template <class T>
ZWASM_INLINE T cmpxchg(T* at, T expected, T replacement) {
  __atomic_compare_exchange_n(at, &expected, replacement, false, __ATOMIC_SEQ_CST,
                              __ATOMIC_SEQ_CST);
  return expected;
}
ZWASM_INLINE void fence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

}  // namespace zwasm::semantics::atomic
