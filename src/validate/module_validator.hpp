// Validation of modules (specification, Validation: Modules). Eager and complete: what passes can
// be instantiated and run without further checks of its form.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "validate/module_context.hpp"

namespace zwasm {

/// Validates a decoded module. Registers its types in `registry`, which must outlive the module,
/// and writes the canonical id of each to `type_ids` (as many as `module.types`). They are held
/// until the caller releases them, after an error too unless `type_ids` was not written. Temporary
/// memory comes from `allocator`. The error is the first in the order: declarations by section,
/// then bodies; its kind is `invalid`, or `malformed` if a body or constant expression is not well
/// formed. Safe to call from several threads, also for modules of one registry.
Status validate_module(const Module& module, const Features& features, TypeRegistry& registry,
                       std::span<CanonicalType> type_ids,
                       Allocator& allocator = system_allocator());

/// The first half of validate_module: everything but function bodies.
Result<ModuleContext> validate_declarations(const Module& module, const Features& features,
                                            TypeRegistry& registry,
                                            std::span<CanonicalType> type_ids,
                                            Allocator& allocator = system_allocator());

/// The second half, for the bodies `codes[first]` to `codes[last - 1]`. Ranges can be validated by
/// different threads at the same time; of several errors, the one with the smallest offset is the
/// one that validate_module reports.
Status validate_bodies(const ModuleContext& context, size_t first, size_t last,
                       Allocator& allocator = system_allocator());

}  // namespace zwasm
