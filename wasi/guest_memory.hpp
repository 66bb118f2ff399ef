// Access to a guest's memory that cannot leave it.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "wasi/types.hpp"

namespace zwasm::wasi {

static_assert(std::endian::native == std::endian::little, "values are copied without swapping");

/// A window on the caller's memory 0 for the length of one call. Guest pointers are 32 bits and
/// need no alignment. Every access checks; another thread of the guest may change the bytes at any
/// time, so each value is read once, into host memory, before it is checked and used.
struct GuestMemory {
  uint8_t* base = nullptr;
  uint64_t size = 0;

  bool contains(uint64_t pointer, uint64_t length) const {
    return length == 0 || (pointer <= size && length <= size - pointer);
  }
  /// The bytes [pointer, pointer + length), or null when they are not all inside. Not null for
  /// length 0 unless there is no memory.
  uint8_t* at(uint64_t pointer, uint64_t length) const {
    if (!contains(pointer, length)) return nullptr;
    return length == 0 ? base : base + pointer;
  }
  template <class T>
  Errno load(uint64_t pointer, T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!contains(pointer, sizeof(T))) return Errno::out_of_bounds;
    std::memcpy(&value, base + pointer, sizeof(T));
    return Errno::success;
  }
  template <class T>
  Errno store(uint64_t pointer, const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!contains(pointer, sizeof(T))) return Errno::out_of_bounds;
    std::memcpy(base + pointer, &value, sizeof(T));
    return Errno::success;
  }
  Errno store_bytes(uint64_t pointer, std::span<const uint8_t> bytes) const {
    if (!contains(pointer, bytes.size())) return Errno::out_of_bounds;
    if (!bytes.empty()) std::memcpy(base + pointer, bytes.data(), bytes.size());
    return Errno::success;
  }
};

/// Returns from the enclosing function with any Errno but success.
#define ZWASM_WASI_CHECK(expression)                                                \
  do {                                                                              \
    const ::zwasm::wasi::Errno zwasm_wasi_errno = (expression);                     \
    if (zwasm_wasi_errno != ::zwasm::wasi::Errno::success) return zwasm_wasi_errno; \
  } while (false)

}  // namespace zwasm::wasi
