// What the validation of one part of a module has to know of the rest: the specification's context
// C, without locals and labels.
#pragma once

#include <cstdint>
#include <span>

#include "base/vector.hpp"
#include "wasm/features.hpp"
#include "wasm/module.hpp"
#include "wasm/type_canon.hpp"

namespace zwasm {

/// The functions that `ref.func` may name in a body: those that occur in the module outside of
/// bodies and the start section.
class DeclaredFunctions {
 public:
  DeclaredFunctions(size_t function_count, Allocator& allocator) : bits_(allocator) {
    bits_.resize((function_count + 63) / 64);
  }
  void add(FuncIndex index) { bits_[raw(index) / 64] |= uint64_t{1} << (raw(index) % 64); }
  bool has(FuncIndex index) const {
    return ((bits_[raw(index) / 64] >> (raw(index) % 64)) & 1) != 0;
  }

 private:
  Vector<uint64_t> bits_;
};

/// A module whose declarations are being or have been validated. Refers to the module, the
/// registry and the ids; they must outlive it. Read-only while bodies are validated, so threads may
/// share it.
struct ModuleContext {
  const Module* module;
  Features features;
  const TypeRegistry* registry;
  std::span<const CanonicalType> type_ids;  ///< of module->types
  DeclaredFunctions declared;

  /// True if the type names nothing that the type section lacks.
  bool exists(HeapType type) const {
    return type.is_abstract() || raw(type.index()) < module->types.size();
  }
  bool exists(ValType type) const { return !type.is_ref() || exists(type.heap()); }

  /// Subtyping of value types that exist.
  bool matches(ValType sub, ValType super) const {
    return sub == super || matches_declared(sub, super);
  }

 private:
  bool matches_declared(ValType sub, ValType super) const;

 public:
  ModuleContext(const Module& the_module, const Features& the_features,
                const TypeRegistry& the_registry, std::span<const CanonicalType> ids,
                Allocator& allocator)
      : module(&the_module),
        features(the_features),
        registry(&the_registry),
        type_ids(ids),
        declared(the_module.functions.size(), allocator) {}
};

}  // namespace zwasm
