// Canonical types: one number for all recursive groups of equal structure, over all modules
// (specification, Types: "Roll/Unroll" and type equivalence).
#pragma once

#include <cstdint>
#include <mutex>
#include <span>

#include "base/allocator.hpp"
#include "base/result.hpp"
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
/// log2 of the bytes that an array element takes.
uint8_t element_log2(FieldType element);

/// The types that the modules and stores of an engine use. A type stays as long as somebody holds
/// it, or another type that refers to it; then its id is given to another one. Thread-safe; looking
/// up a type that the caller holds takes no lock.
class TypeRegistry {
 public:
  /// `max_types`: how many types the modules may use together.
  explicit TypeRegistry(Allocator& allocator = system_allocator(),
                        uint32_t max_types = limits::max_registered_types);
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;
  ~TypeRegistry();

  /// Registers the type section of a module, holds all of it, and writes the canonical id of each
  /// of its types to `ids` (same length). Heap types inside `types` are module indices, and only
  /// refer to earlier groups or the own group; supertypes come before their subtypes, in chains no
  /// longer than limits::max_subtyping_depth. Fails (ErrorKind::host) if there would be too many in
  /// all; then nothing is held, and each id is no_canonical_type.
  Status add(std::span<const TypeDefinition> types, std::span<CanonicalType> ids);
  /// Takes back what `add` held; nothing if the ids are no_canonical_type.
  void release(std::span<const TypeDefinition> types, std::span<const CanonicalType> ids);

  /// The id of a function type that belongs to no module (host functions), held once: a final type
  /// without supertype in a group of its own. Its heap types are canonical ids.
  CanonicalType add_func(const FuncType& type);

  /// Holds a type once more, with those of its recursive group; `release` takes that back.
  void hold(CanonicalType type);
  void release(CanonicalType type);

  /// Types that are registered.
  size_t size() const;

  /// Whether values of a type, in canonical ids, can refer to objects: not to functions.
  bool may_be_object(ValType type) const {
    return zwasm::may_be_object(
        type, [this](TypeIndex id) { return definition(CanonicalType{raw(id)}).kind; });
  }

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
