#include "validate/type_validator.hpp"

#include "wasm/limits.hpp"

namespace zwasm {
namespace {

Error invalid_type(uint64_t offset, const char* pattern, size_t a, size_t b = 0) {
  return make_error(ErrorKind::invalid, offset, "%s", format(pattern, a, b).c_str());
}

Status check_heap_index(ValType type, size_t known_types) {
  if (type.is_ref() && type.heap().is_index() && raw(type.heap().index()) >= known_types) {
    return make_error(ErrorKind::invalid, Error::no_offset, "unknown type %u",
                      raw(type.heap().index()));
  }
  return {};
}

Status check_composite(const TypeDefinition& type, size_t known_types, const Features& features) {
  switch (type.kind) {
    case CompositeKind::func:
      if (type.func.params.size() > limits::max_params) {
        return make_error(ErrorKind::invalid, Error::no_offset, "too many parameters");
      }
      if (type.func.results.size() >
          (features.has(Feature::multi_value) ? limits::max_results : 1)) {
        return make_error(ErrorKind::invalid, Error::no_offset, "invalid result arity");
      }
      for (ValType param : type.func.params) ZWASM_CHECK(check_heap_index(param, known_types));
      for (ValType result : type.func.results) ZWASM_CHECK(check_heap_index(result, known_types));
      return {};
    case CompositeKind::struct_:
      if (type.fields.size() > limits::max_struct_fields) {
        return make_error(ErrorKind::invalid, Error::no_offset, "too many fields");
      }
      break;
    case CompositeKind::array: break;
  }
  for (const FieldType& field : type.fields) {
    ZWASM_CHECK(check_heap_index(field.type, known_types));
  }
  return {};
}

bool field_matches(const ModuleContext& context, const FieldType& sub, const FieldType& super) {
  if (sub.is_mutable != super.is_mutable || sub.packed != super.packed) return false;
  if (sub.packed != FieldType::Packed::none) return true;
  return context.matches(sub.type, super.type) &&
         (!sub.is_mutable || context.matches(super.type, sub.type));
}

bool composite_matches(const ModuleContext& context, const TypeDefinition& sub,
                       const TypeDefinition& super) {
  if (sub.kind != super.kind) return false;
  switch (sub.kind) {
    case CompositeKind::func:
      if (sub.func.params.size() != super.func.params.size() ||
          sub.func.results.size() != super.func.results.size()) {
        return false;
      }
      for (size_t i = 0; i < sub.func.params.size(); ++i) {
        if (!context.matches(super.func.params[i], sub.func.params[i])) return false;
      }
      for (size_t i = 0; i < sub.func.results.size(); ++i) {
        if (!context.matches(sub.func.results[i], super.func.results[i])) return false;
      }
      return true;
    case CompositeKind::struct_:
    case CompositeKind::array:
      if (sub.fields.size() < super.fields.size()) return false;
      for (size_t i = 0; i < super.fields.size(); ++i) {
        if (!field_matches(context, sub.fields[i], super.fields[i])) return false;
      }
      return true;
  }
  return false;
}

Status check_limits(const Limits& limits, uint64_t range, const char* message) {
  if (limits.min > range || (limits.has_max && limits.max > range)) {
    return make_error(ErrorKind::invalid, Error::no_offset, "%s", message);
  }
  if (limits.has_max && limits.min > limits.max) {
    return make_error(ErrorKind::invalid, Error::no_offset,
                      "size minimum must not be greater than maximum");
  }
  return {};
}

}  // namespace

Status validate_type_indices(std::span<const TypeDefinition> types, const Features& features,
                             Allocator& allocator) {
  // Supertypes on the way to the root, per type. All zero while no type declares a supertype, and
  // then not stored.
  Vector<uint8_t> depths(allocator);
  for (size_t i = 0; i < types.size(); ++i) {
    const TypeDefinition& type = types[i];
    auto composite = check_composite(type, size_t{type.group_start} + type.group_size, features);
    if (!composite.ok()) {
      Error error = composite.take_error();
      error.message += format(" in type %zu", i);
      error.offset = type.offset;
      return error;
    }
    if (!type.has_supertype) continue;
    const uint32_t super = raw(type.supertype);
    if (super >= size_t{type.group_start} + type.group_size) {
      return invalid_type(type.offset, "unknown type %zu", super);
    }
    if (super >= i) {
      return invalid_type(type.offset, "forward use of type %zu in sub type definition", super);
    }
    if (depths.empty()) depths.resize(types.size());
    if (depths[super] == limits::max_subtyping_depth) {
      return invalid_type(type.offset, "sub type %zu is too deep: more than %zu super types", i,
                          limits::max_subtyping_depth);
    }
    depths[i] = static_cast<uint8_t>(depths[super] + 1);
  }
  return {};
}

Status validate_subtyping(const ModuleContext& context) {
  const std::span<const TypeDefinition> types = context.module->types;
  for (size_t i = 0; i < types.size(); ++i) {
    if (!types[i].has_supertype) continue;
    const uint32_t super = raw(types[i].supertype);
    if (types[super].is_final) {
      return invalid_type(types[i].offset, "sub type %zu has final super type %zu", i, super);
    }
    if (!composite_matches(context, types[i], types[super])) {
      return invalid_type(types[i].offset, "sub type %zu does not match super type %zu", i, super);
    }
  }
  return {};
}

Status validate_value_type(const ModuleContext& context, ValType type) {
  return check_heap_index(type, context.module->types.size());
}

Status validate_function_type(const ModuleContext& context, TypeIndex type) {
  const std::span<const TypeDefinition> types = context.module->types;
  if (raw(type) >= types.size()) {
    return invalid_type(Error::no_offset, "unknown type %zu", raw(type));
  }
  if (types[raw(type)].kind != CompositeKind::func) {
    return invalid_type(Error::no_offset, "non-function type %zu", raw(type));
  }
  return {};
}

Status validate_table_type(const ModuleContext& context, const TableType& type) {
  ZWASM_CHECK(validate_value_type(context, type.element));
  if (type.address == AddressType::i64) {
    return check_limits(type.limits, ~uint64_t{0}, "table size must be at most 2^64-1");
  }
  return check_limits(type.limits, 0xFFFF'FFFF, "table size must be at most 2^32-1 for i32");
}

Status validate_memory_type(const ModuleContext&, const MemoryType& type) {
  if (type.page_size_log2 != 16 && type.page_size_log2 != 0) {
    return make_error(ErrorKind::invalid, Error::no_offset,
                      "invalid custom page size: only 1 and 65536 are allowed");
  }
  const bool bytes = type.page_size_log2 == 0;
  if (type.address == AddressType::i64) {
    ZWASM_CHECK(bytes ? check_limits(type.limits, ~uint64_t{0},
                                     "memory size must be at most 2^64-1 bytes")
                      : check_limits(type.limits, limits::max_memory64_pages,
                                     "memory size must be at most 2^48 pages (256TiB)"));
  } else {
    ZWASM_CHECK(bytes ? check_limits(type.limits, 0xFFFF'FFFF,
                                     "memory size must be at most 2^32-1 bytes")
                      : check_limits(type.limits, limits::max_memory32_pages,
                                     "memory size must be at most 65536 pages (4GiB)"));
  }
  if (type.shared && !type.limits.has_max) {
    return make_error(ErrorKind::invalid, Error::no_offset, "shared memory must have maximum");
  }
  return {};
}

Status validate_global_type(const ModuleContext& context, const GlobalType& type) {
  return validate_value_type(context, type.type);
}

Status validate_tag_type(const ModuleContext& context, const TagType& type) {
  ZWASM_CHECK(validate_function_type(context, type.type));
  if (!context.module->types[raw(type.type)].func.results.empty()) {
    return make_error(ErrorKind::invalid, Error::no_offset, "non-empty tag result type");
  }
  return {};
}

}  // namespace zwasm
