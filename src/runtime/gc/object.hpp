// Objects of the garbage-collected heap, and how references look in slots, fields and elements.
//
//   0                   null, of every type
//   bit 0 set           an i31: its 31 bits << 1 | 1, so that it fits 32 bits
//   bits 0-1 are 10     a reference of the host: its number << 2 | 2
//   bits 0-1 are 00     the address of an Object; of a FuncRef, in references to functions
//
// extern.convert_any and any.convert_extern change the type of a reference, not its bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/frame.hpp"
#include "wasm/type_canon.hpp"

namespace zwasm {

struct TagInstance;

/// References to what is not on the heap.
constexpr Slot i31_reference(uint32_t value) {
  return static_cast<Slot>(static_cast<uint32_t>(value << 1) | 1);
}
constexpr bool is_i31(Slot reference) { return (reference & 1) != 0; }
constexpr uint32_t i31_unsigned(Slot reference) { return static_cast<uint32_t>(reference) >> 1; }
constexpr int32_t i31_signed(Slot reference) {
  return static_cast<int32_t>(static_cast<uint32_t>(reference)) >> 1;
}
/// Numbers that the host can use as references: below 2^62.
inline constexpr uint64_t max_host_reference = (uint64_t{1} << 62) - 1;
constexpr Slot host_reference(uint64_t number) { return number << 2 | 2; }
constexpr bool is_host_reference(Slot reference) { return (reference & 3) == 2; }
constexpr uint64_t host_number(Slot reference) { return reference >> 2; }

namespace gc {

enum class ObjectKind : uint8_t { struct_, array, exception };

/// What every object begins with. Objects are 8-byte aligned, and so is what follows.
///
///   struct     the fields in slots; `length` counts the slots
///   array      the elements, `length` of them; rounded up to 8 bytes
///   exception  the tag, then its parameters in slots; `length` counts all of these
struct Object {
  uint32_t info;    ///< canonical type << 3 | kind << 1; of an exception, the tag's function type
  uint32_t length;

  static constexpr uint32_t make_info(ObjectKind kind, CanonicalType type) {
    return static_cast<uint32_t>(type) << 3 | static_cast<uint32_t>(kind) << 1;
  }
  ObjectKind kind() const { return static_cast<ObjectKind>(info >> 1 & 3); }
  CanonicalType type() const { return CanonicalType{info >> 3}; }
  uint8_t* bytes() { return reinterpret_cast<uint8_t*>(this + 1); }
  Slot* slots() { return reinterpret_cast<Slot*>(this + 1); }
  /// Of an exception.
  const TagInstance* tag() { return reinterpret_cast<const TagInstance*>(slots()[0]); }
  Slot* payload() { return slots() + 1; }
};
static_assert(sizeof(Object) == sizeof(Slot));
static_assert(offsetof(Object, info) == 0 && offsetof(Object, length) == 4);
static_assert(Object::make_info(ObjectKind::exception, CanonicalType{1}) == 12);

inline Object* object_of(Slot reference) { return reinterpret_cast<Object*>(reference); }
inline Slot reference_to(const Object* object) { return reinterpret_cast<Slot>(object); }
/// Whether a reference, of no function type, refers to an object.
constexpr bool is_object(Slot reference) { return reference != 0 && (reference & 3) == 0; }

/// Whether a reference that is not null, of the hierarchy of `type`, is of that type.
bool is_of(Slot reference, AbstractHeapType type);

/// Bytes of an object with its header.
constexpr uint64_t slots_object_size(uint64_t slots) {
  return sizeof(Object) + slots * sizeof(Slot);
}
constexpr uint64_t array_object_size(uint64_t length, uint32_t element_log2) {
  return sizeof(Object) + (((length << element_log2) + 7) & ~uint64_t{7});
}

/// The part of the heap that code allocates from: an object of n bytes begins at `top`, if it ends
/// at or below `end`, and `top` moves by n. Objects above `max_inline_bytes` go elsewhere.
struct AllocationArea {
  uint8_t* top = nullptr;
  uint8_t* end = nullptr;
};
static_assert(offsetof(AllocationArea, top) == 0 && offsetof(AllocationArea, end) == 8);
inline constexpr uint32_t max_inline_bytes = 8192;

}  // namespace gc
}  // namespace zwasm
