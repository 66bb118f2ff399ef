// Validation of types (specification, Validation: Types).
#pragma once

#include <span>

#include "base/result.hpp"
#include "validate/module_context.hpp"

namespace zwasm {

/// Checks what must hold before a type section can be registered: every index refers to an earlier
/// group or the own one, supertypes come first, and sizes are within the limits.
Status validate_type_indices(std::span<const TypeDefinition> types, const Features& features,
                             Allocator& allocator);

/// Checks the declared subtyping of the module's types, which are registered.
Status validate_subtyping(const ModuleContext& context);

Status validate_table_type(const ModuleContext& context, const TableType& type);
Status validate_memory_type(const ModuleContext& context, const MemoryType& type);
Status validate_global_type(const ModuleContext& context, const GlobalType& type);
Status validate_tag_type(const ModuleContext& context, const TagType& type);
/// That a function's type exists and is a function type.
Status validate_function_type(const ModuleContext& context, TypeIndex type);

/// Fails unless the value type exists.
Status validate_value_type(const ModuleContext& context, ValType type);

}  // namespace zwasm
