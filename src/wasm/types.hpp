// The specification's types in compact form (Structure: Types).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/allocator.hpp"
#include "base/vector.hpp"
#include "wasm/limits.hpp"

namespace zwasm {

/// Index spaces of a module. Distinct types keep one from being used for another.
enum class TypeIndex : uint32_t {};
enum class FuncIndex : uint32_t {};
enum class TableIndex : uint32_t {};
enum class MemoryIndex : uint32_t {};
enum class GlobalIndex : uint32_t {};
enum class TagIndex : uint32_t {};
enum class ElemIndex : uint32_t {};
enum class DataIndex : uint32_t {};
template <class Index>
  requires std::is_enum_v<Index>
constexpr uint32_t raw(Index index) {
  return static_cast<uint32_t>(index);
}

/// Abstract heap types; the values are the low 7 bits of their binary encoding.
enum class AbstractHeapType : uint8_t {
  noexn = 0x74,
  nofunc = 0x73,
  noextern = 0x72,
  none = 0x71,
  func = 0x70,
  extern_ = 0x6F,
  any = 0x6E,
  eq = 0x6D,
  i31 = 0x6C,
  struct_ = 0x6B,
  array = 0x6A,
  exn = 0x69,
  bottom = 0x00,  ///< below every heap type; only the validator makes it, in unreachable code
};

/// A heap type: abstract, or the index of a type definition. Indices are those of the module, or,
/// where a declaration says so, canonical type ids (wasm/type_canon.hpp).
class HeapType {
 public:
  constexpr HeapType(AbstractHeapType type) : bits_(abstract_bit | static_cast<uint32_t>(type)) {}
  constexpr explicit HeapType(TypeIndex index) : bits_(static_cast<uint32_t>(index)) {}
  static constexpr HeapType from_bits(uint32_t bits) {
    HeapType type(TypeIndex{0});
    type.bits_ = bits;
    return type;
  }
  constexpr bool is_abstract() const { return (bits_ & abstract_bit) != 0; }
  constexpr bool is_index() const { return !is_abstract(); }
  constexpr AbstractHeapType abstract() const {
    return static_cast<AbstractHeapType>(bits_ & 0x7F);
  }
  constexpr TypeIndex index() const { return TypeIndex{bits_}; }
  constexpr uint32_t bits() const { return bits_; }
  constexpr bool operator==(const HeapType&) const = default;

 private:
  static constexpr uint32_t abstract_bit = uint32_t{1} << 27;
  uint32_t bits_;  // 28 bits
};

/// A value type in 32 bits: kind in bits 29-31, nullability in bit 28, heap type below. Equal types
/// of one module that name the same index are equal words.
class ValType {
 public:
  enum class Kind : uint8_t { bottom, i32, i64, f32, f64, v128, ref };

  constexpr ValType() = default;  ///< bottom: the type of an operand in unreachable code
  constexpr ValType(Kind kind) : bits_(static_cast<uint32_t>(kind) << 29) {}
  static constexpr ValType ref(HeapType heap, bool nullable) {
    ValType type(Kind::ref);
    type.bits_ |= (nullable ? nullable_bit : 0) | heap.bits();
    return type;
  }
  constexpr Kind kind() const { return static_cast<Kind>(bits_ >> 29); }
  constexpr bool is_ref() const { return kind() == Kind::ref; }
  constexpr bool is_num() const { return kind() >= Kind::i32 && kind() <= Kind::f64; }
  constexpr bool is_vec() const { return kind() == Kind::v128; }
  constexpr bool is_bottom() const { return kind() == Kind::bottom; }
  constexpr bool nullable() const { return (bits_ & nullable_bit) != 0; }
  constexpr HeapType heap() const { return HeapType::from_bits(bits_ & (nullable_bit - 1)); }
  constexpr bool is_defaultable() const { return !is_ref() || nullable(); }
  constexpr uint32_t bits() const { return bits_; }
  /// 8-byte slots of a value (runtime/frame.hpp).
  constexpr uint32_t slots() const { return kind() == Kind::v128 ? 2 : 1; }
  constexpr bool operator==(const ValType&) const = default;

 private:
  static constexpr uint32_t nullable_bit = uint32_t{1} << 28;
  uint32_t bits_ = 0;
};

namespace valtype {
inline constexpr ValType bottom{};
inline constexpr ValType i32{ValType::Kind::i32};
inline constexpr ValType i64{ValType::Kind::i64};
inline constexpr ValType f32{ValType::Kind::f32};
inline constexpr ValType f64{ValType::Kind::f64};
inline constexpr ValType v128{ValType::Kind::v128};
inline constexpr ValType funcref = ValType::ref(AbstractHeapType::func, true);
inline constexpr ValType externref = ValType::ref(AbstractHeapType::extern_, true);
inline constexpr ValType exnref = ValType::ref(AbstractHeapType::exn, true);
inline constexpr ValType anyref = ValType::ref(AbstractHeapType::any, true);
}  // namespace valtype

/// The type as in the text format: "i32", "funcref", "(ref null 3)".
std::string to_string(ValType type);
std::string to_string(HeapType type);

/// A field of a struct, or the element of an array.
struct FieldType {
  enum class Packed : uint8_t { none, i8, i16 };
  ValType type;  ///< i32 when packed
  Packed packed = Packed::none;
  bool is_mutable = false;
  uint16_t slot = 0;  ///< of a struct: slots before this field (see TypeDefinition::place)
  constexpr bool operator==(const FieldType&) const = default;
};

/// Parameter and result types. The spans point into the owner's arena.
struct FuncType {
  std::span<const ValType> params;
  std::span<const ValType> results;
};
bool equal(const FuncType& a, const FuncType& b);
/// "[i32 i64] -> [f32]"
std::string to_string(const FuncType& type);

enum class CompositeKind : uint8_t { func, struct_, array };

/// A type definition of the type section: a sub type of a recursive group.
struct TypeDefinition {
  CompositeKind kind = CompositeKind::func;
  bool is_final = true;
  bool has_supertype = false;
  TypeIndex supertype{0};            ///< if has_supertype
  FuncType func;                     ///< for CompositeKind::func
  std::span<const FieldType> fields; ///< for struct; one element for array
  uint32_t group_start = 0;          ///< index of the first type of the recursive group
  uint32_t group_size = 1;
  uint32_t slots = 0;           ///< of a struct: of all fields
  bool is_defaultable = true;   ///< of a struct: every field has a default value

  /// Gives a field of a struct its slots. To be called once for each field, in order, so that
  /// nobody who uses one looks at the others.
  constexpr void place(FieldType& field) {
    field.slot = static_cast<uint16_t>(slots);
    slots += field.type.slots();
    is_defaultable = is_defaultable && field.type.is_defaultable();
  }
  uint32_t offset = 0;               ///< of the definition in the module
};
static_assert(2 * limits::max_struct_fields <= 0xFFFF, "numbers of fields' slots are 16 bits");

/// Whether values of a type can refer to objects of the garbage-collected heap: not to functions.
/// `kind_of` tells the CompositeKind of a type index.
template <class KindOf>
constexpr bool may_be_object(ValType type, KindOf kind_of) {
  if (!type.is_ref()) return false;
  const HeapType heap = type.heap();
  if (heap.is_index()) return kind_of(heap.index()) != CompositeKind::func;
  return heap.abstract() != AbstractHeapType::func && heap.abstract() != AbstractHeapType::nofunc;
}

enum class AddressType : uint8_t { i32, i64 };
constexpr ValType to_valtype(AddressType type) {
  return type == AddressType::i64 ? valtype::i64 : valtype::i32;
}

/// Size limits, in pages or elements.
struct Limits {
  uint64_t min = 0;
  uint64_t max = 0;  ///< valid if has_max
  bool has_max = false;
};

struct MemoryType {
  Limits limits;
  AddressType address = AddressType::i32;
  bool shared = false;
  uint8_t page_size_log2 = 16;  ///< 16, or 0 with custom page sizes
  uint32_t offset = 0;          ///< of the type in the module
};

struct TableType {
  Limits limits;
  AddressType address = AddressType::i32;
  ValType element = valtype::funcref;
};

struct GlobalType {
  ValType type;
  bool is_mutable = false;
};

struct TagType {
  TypeIndex type{0};    ///< a function type without results
  uint32_t offset = 0;  ///< of the type in the module
};

enum class ExternKind : uint8_t { func, table, memory, global, tag };
/// "func", "table", ...
const char* to_string(ExternKind kind);

}  // namespace zwasm
