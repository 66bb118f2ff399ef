// Canonical types: one number for all recursive groups of equal structure, over all modules
// (specification, Types: "Roll/Unroll" and type equivalence).
#pragma once

#include <cstdint>
#include <mutex>
#include <span>

#include "base/allocator.hpp"
#include "base/vector.hpp"
#include "wasm/types.hpp"

namespace zwasm {

/// Number of a type in a TypeRegistry. Equal ids mean equivalent types. No id survives the process.
enum class CanonicalType : uint32_t {};
inline constexpr CanonicalType no_canonical_type{~uint32_t{0}};

/// How values of a struct or array type lie in memory, behind the object's header. The fields of a
/// struct take slots like values in a frame (8 bytes, a v128 16; packed fields too); an array's
/// elements take the size of their storage type.
struct ObjectLayout {
  uint32_t slots = 0;                    ///< of all fields of a struct
  uint8_t element_log2 = 0;              ///< of an array: log2 of the bytes of an element
  bool has_reference_elements = false;   ///< of an array: elements may be objects
  /// Slots that may hold references to objects (not to functions): of a struct's fields, or of a
  /// function type's parameters.
  std::span<const uint16_t> reference_slots;
};
/// Slots before the fields of a struct's field `index`.
uint32_t field_slot(const TypeDefinition& type, uint32_t index);
/// log2 of the bytes that an array element takes.
uint8_t element_log2(FieldType element);

/// All types of an engine. Thread-safe. Ids stay valid as long as the registry.
class TypeRegistry {
 public:
  explicit TypeRegistry(Allocator& allocator = system_allocator());
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;
  ~TypeRegistry();

  /// Registers the type section of a module and writes the canonical id of each of its types to
  /// `ids` (same length). Heap types inside `types` are module indices, and only refer to earlier
  /// groups or the own group; supertypes come before their subtypes, in chains no longer than
  /// limits::max_subtyping_depth.
  void add(std::span<const TypeDefinition> types, std::span<CanonicalType> ids);

  /// The id of a function type that belongs to no module (host functions): a final type without
  /// supertype in a group of its own. Its heap types are canonical ids.
  CanonicalType add_func(const FuncType& type);

  /// True if `sub` is `super` or declares it, directly or not, as supertype. Constant time.
  bool is_subtype(CanonicalType sub, CanonicalType super) const;

  /// The structure of a type; heap types inside are canonical ids.
  const TypeDefinition& definition(CanonicalType type) const;

  const ObjectLayout& layout(CanonicalType type) const;

  /// Ids from the root supertype (depth 0) to `type` itself.
  std::span<const CanonicalType> supertypes(CanonicalType type) const;

 private:
  struct Impl;
  Impl* impl_;
};

/// The value type with every module index replaced by its canonical id.
ValType canonical(ValType type, std::span<const CanonicalType> ids);

/// Subtyping of heap types and value types whose indices are canonical ids (Validation: Matching).
bool matches(const TypeRegistry& registry, HeapType sub, HeapType super);
bool matches(const TypeRegistry& registry, ValType sub, ValType super);

}  // namespace zwasm
