// 128-bit vectors: the type of v128 values and its views as lanes. Lane operations are written with
// the compilers' vector types, whose operators (+ < ? : ...) work on every lane at once.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

/// Semantic functions are inlined by force: an interpreter handler that calls one needs a prologue
/// and spills, which costs more than the operation.
#define ZWASM_INLINE [[gnu::always_inline]] inline

namespace zwasm {

static_assert(std::endian::native == std::endian::little, "lanes and slots are little-endian");

using I8x16 = int8_t __attribute__((vector_size(16)));
using U8x16 = uint8_t __attribute__((vector_size(16)));
using I16x8 = int16_t __attribute__((vector_size(16)));
using U16x8 = uint16_t __attribute__((vector_size(16)));
using I32x4 = int32_t __attribute__((vector_size(16)));
using U32x4 = uint32_t __attribute__((vector_size(16)));
using I64x2 = int64_t __attribute__((vector_size(16)));
using U64x2 = uint64_t __attribute__((vector_size(16)));
using F32x4 = float __attribute__((vector_size(16)));
using F64x2 = double __attribute__((vector_size(16)));

/// A v128 value. It converts from every 16-byte view (a vector type, an intrinsic's type, a
/// std::array of lanes), lane 0 first.
struct V128 {
  U64x2 bits;

  V128() = default;
  template <class View>
    requires(sizeof(View) == 16 && std::is_trivially_copyable_v<View>)
  ZWASM_INLINE V128(View view) : bits(std::bit_cast<U64x2>(view)) {}

  template <class View>
  ZWASM_INLINE View as() const {
    return std::bit_cast<View>(bits);
  }

  /// From and to memory of any alignment, such as two slots of a frame.
  ZWASM_INLINE static V128 load(const void* from) {
    V128 value;
    std::memcpy(&value, from, sizeof(value));
    return value;
  }
  ZWASM_INLINE void store(void* to) const { std::memcpy(to, this, sizeof(*this)); }
};
static_assert(sizeof(V128) == 16 && alignof(V128) == 16);

/// The lane number of extract_lane and replace_lane; validated, so always in range.
using LaneIndex = uint8_t;

template <class Lanes>
using Lane = std::remove_cvref_t<decltype(std::declval<Lanes&>()[0])>;
template <class Lanes>
inline constexpr size_t lane_count = sizeof(Lanes) / sizeof(Lane<Lanes>);

/// A vector whose lane i is make(i).
template <class Lanes, class Make>
ZWASM_INLINE Lanes make_lanes(Make make) {
  return [&]<size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
    return Lanes{static_cast<Lane<Lanes>>(make(i))...};
  }(std::make_index_sequence<lane_count<Lanes>>());
}

/// A vector with `value` in every lane; on bits, so NaNs survive.
template <class Lanes>
ZWASM_INLINE Lanes splat(Lane<Lanes> value) {
  return make_lanes<Lanes>([=](size_t) { return value; });
}

}  // namespace zwasm
