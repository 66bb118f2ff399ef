// Values in slots. Every scalar value occupies one 8-byte slot: an i32 zero-extended, an f32 as its
// bits, zero-extended. A v128 occupies two slots, the lower half first. Nothing else converts
// between values and slots.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/error.hpp"
#include "wasm/lanes.hpp"
#include "wasm/semantics.hpp"

namespace zwasm {

using Slot = uint64_t;

/// The C++ types of scalar values: integers of either signedness, float, double.
template <class T>
concept SlotValue = std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8);

template <SlotValue T>
ZWASM_INLINE constexpr Slot to_slot(T value) {
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<uint32_t>(value);
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<uint64_t>(value);
  } else {
    return static_cast<std::make_unsigned_t<T>>(value);
  }
}

template <SlotValue T>
ZWASM_INLINE constexpr T from_slot(Slot slot) {
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<float>(static_cast<uint32_t>(slot));
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<double>(slot);
  } else {
    return static_cast<T>(slot);
  }
}

/// The result of an instruction on slots: `value` counts only when `trap` is none.
struct SlotOrTrap {
  Slot value;
  TrapKind trap;
};

template <SlotValue T>
ZWASM_INLINE constexpr SlotOrTrap to_result(T value) {
  return {to_slot(value), TrapKind::none};
}
template <SlotValue T>
ZWASM_INLINE constexpr SlotOrTrap to_result(semantics::OrTrap<T> result) {
  return {to_slot(result.value), result.trap};
}
ZWASM_INLINE constexpr semantics::Wide to_result(semantics::Wide result) { return result; }

/// Adapts a scalar semantic function to slots, for constant folding and for out-of-line calls from
/// compiled code: OnSlots<&semantics::i32_add>::call(a, b). Functions of one operand take a second
/// slot and ignore it, so that they fit the same tables. Wide arithmetic takes its two or four
/// operands and returns semantics::Wide.
template <auto function>
struct OnSlots;

template <class R>
using ResultOnSlots =
    std::conditional_t<std::is_same_v<R, semantics::Wide>, semantics::Wide, SlotOrTrap>;

template <class R, SlotValue A, R (*function)(A)>
struct OnSlots<function> {
  static constexpr SlotOrTrap call(Slot a, Slot) { return to_result(function(from_slot<A>(a))); }
};
template <class R, SlotValue A, SlotValue B, R (*function)(A, B)>
struct OnSlots<function> {
  static constexpr ResultOnSlots<R> call(Slot a, Slot b) {
    return to_result(function(from_slot<A>(a), from_slot<B>(b)));
  }
};
template <semantics::Wide (*function)(uint64_t, uint64_t, uint64_t, uint64_t)>
struct OnSlots<function> {
  static constexpr semantics::Wide call(Slot a, Slot b, Slot c, Slot d) {
    return function(a, b, c, d);
  }
};

/// An operand of a vector instruction, read from memory: two slots of a v128, one slot of a scalar,
/// or an immediate as the binary format has it (one lane number, or sixteen).
template <class T>
ZWASM_INLINE T load_operand(const void* from) {
  if constexpr (std::is_same_v<T, V128>) {
    return V128::load(from);
  } else if constexpr (std::is_same_v<T, LaneIndex>) {
    return *static_cast<const LaneIndex*>(from);
  } else if constexpr (std::is_same_v<T, const uint8_t*>) {
    return static_cast<const uint8_t*>(from);
  } else {
    Slot slot;
    std::memcpy(&slot, from, sizeof(slot));
    return from_slot<T>(slot);
  }
}

ZWASM_INLINE void store_result(void* to, V128 result) { result.store(to); }
template <SlotValue T>
ZWASM_INLINE void store_result(void* to, T result) {
  const Slot slot = to_slot(result);
  std::memcpy(to, &slot, sizeof(slot));
}

/// Adapts a vector semantic function to operands in memory of any alignment; the result may overlap
/// them. Operands come in the function's order, the immediate last; those it does not have may be
/// null: OnVectors<&semantics::i8x16_add>::call(result, a, b, nullptr).
template <auto function>
struct OnVectors;

template <class R, class A, R (*function)(A)>
struct OnVectors<function> {
  static void call(void* result, const void* a, const void*, const void*) {
    store_result(result, function(load_operand<A>(a)));
  }
};
template <class R, class A, class B, R (*function)(A, B)>
struct OnVectors<function> {
  static void call(void* result, const void* a, const void* b, const void*) {
    store_result(result, function(load_operand<A>(a), load_operand<B>(b)));
  }
};
template <class R, class A, class B, class C, R (*function)(A, B, C)>
struct OnVectors<function> {
  static void call(void* result, const void* a, const void* b, const void* c) {
    store_result(result, function(load_operand<A>(a), load_operand<B>(b), load_operand<C>(c)));
  }
};

}  // namespace zwasm
