#include "validate/module_validator.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "validate/const_expr.hpp"
#include "validate/function_validator.hpp"
#include "validate/type_validator.hpp"

namespace zwasm {

bool ModuleContext::matches_declared(ValType sub, ValType super) const {
  if (sub.is_bottom()) return true;
  if (!sub.is_ref() || !super.is_ref()) return false;
  return zwasm::matches(*registry, canonical(sub, type_ids), canonical(super, type_ids));
}

namespace {

[[gnu::cold, gnu::noinline]] Error invalid(uint64_t offset, const std::string& message) {
  return make_error(ErrorKind::invalid, offset, "%s", message.c_str());
}

/// Gives an error that knows no position the one of what was being validated.
[[gnu::cold, gnu::noinline]] Error at(uint64_t offset, Error error) {
  if (error.offset == Error::no_offset) error.offset = offset;
  return error;
}

#define ZWASM_CHECK_AT(offset, expression)                                       \
  do {                                                                           \
    auto zwasm_check_status = (expression);                                      \
    if (!zwasm_check_status.ok()) return at(offset, zwasm_check_status.take_error()); \
  } while (false)

/// Says of which declaration a type is, and where that is.
[[gnu::cold, gnu::noinline]] Error in(const char* what, size_t index, uint64_t offset,
                                      Error error) {
  error.message += format(" in %s %zu", what, index);
  return at(offset, std::move(error));
}

#define ZWASM_CHECK_IN(what, index, offset, expression)                           \
  do {                                                                            \
    auto zwasm_check_status = (expression);                                       \
    if (!zwasm_check_status.ok()) {                                               \
      return in(what, index, offset, zwasm_check_status.take_error());            \
    }                                                                             \
  } while (false)

/// The rules of the declarations, one function per section.
class DeclarationValidator {
 public:
  DeclarationValidator(ModuleContext& context, Allocator& allocator)
      : context_(context),
        module_(*context.module),
        allocator_(allocator),
        expressions_(context, allocator) {}

  Status validate() {
    ZWASM_CHECK(imports());
    ZWASM_CHECK(tags());
    ZWASM_CHECK(functions());
    ZWASM_CHECK(memories());
    ZWASM_CHECK(tables());
    ZWASM_CHECK(globals());
    ZWASM_CHECK(datas());
    ZWASM_CHECK(elems());
    ZWASM_CHECK(start());
    return exports();
  }

 private:
  Status imports() {
    for (const Import& import : module_.imports) {
      ZWASM_CHECK_AT(import.offset, import_type(import));
    }
    return {};
  }

  Status import_type(const Import& import) {
    switch (import.kind) {
      case ExternKind::func:
        return validate_function_type(context_, module_.functions[import.index].type);
      case ExternKind::table:
        return validate_table_type(context_, module_.tables[import.index].type);
      case ExternKind::memory:
        return validate_memory_type(context_, module_.memories[import.index]);
      case ExternKind::global:
        if (!context_.features.has(Feature::mutable_globals) &&
            module_.globals[import.index].type.is_mutable) {
          return invalid(import.offset, "mutable globals cannot be imported");
        }
        return validate_global_type(context_, module_.globals[import.index].type);
      case ExternKind::tag: return validate_tag_type(context_, module_.tags[import.index]);
    }
    return {};
  }

  Status tags() {
    for (size_t i = module_.imported_tags; i < module_.tags.size(); ++i) {
      ZWASM_CHECK_IN("tag", i, module_.tags[i].offset,
                     validate_tag_type(context_, module_.tags[i]));
    }
    return {};
  }

  Status functions() {
    for (size_t i = module_.imported_functions; i < module_.functions.size(); ++i) {
      ZWASM_CHECK_IN("function", i, Error::no_offset,
                     validate_function_type(context_, module_.functions[i].type));
    }
    return {};
  }

  Status memories() {
    if (module_.memories.size() > 1 && !context_.features.has(Feature::multi_memory)) {
      return invalid(module_.memories[1].offset, "multiple memories");
    }
    for (size_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
      ZWASM_CHECK_IN("memory", i, module_.memories[i].offset,
                     validate_memory_type(context_, module_.memories[i]));
    }
    return {};
  }

  Status tables() {
    if (module_.tables.size() > 1 && !context_.features.has(Feature::reference_types)) {
      return invalid(module_.tables[1].offset, "multiple tables");
    }
    for (size_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
      const Table& table = module_.tables[i];
      ZWASM_CHECK_IN("table", i, table.offset, validate_table_type(context_, table.type));
      if (table.has_init) {
        ZWASM_CHECK(constant(table.init, table.type.element, module_.imported_globals));
      } else if (!table.type.element.is_defaultable()) {
        return in("table", i, table.offset,
                  invalid(Error::no_offset,
                          "type mismatch: table of non-nullable references has no initial value"));
      }
    }
    return {};
  }

  Status globals() {
    for (uint32_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
      const Global& global = module_.globals[i];
      ZWASM_CHECK_AT(global.init.offset, validate_global_type(context_, global.type));
      const bool own = own_globals_are_constant(context_.features);
      ZWASM_CHECK(constant(global.init, global.type.type, own ? i : module_.imported_globals));
    }
    return {};
  }

  Status datas() {
    const uint32_t visible = globals_of_segments(module_, context_.features);
    for (const DataSegment& segment : module_.datas) {
      if (segment.mode != SegmentMode::active) continue;
      if (raw(segment.memory) >= module_.memories.size()) {
        return invalid(segment.position, format("unknown memory %u", raw(segment.memory)));
      }
      const MemoryType& memory = module_.memories[raw(segment.memory)];
      ZWASM_CHECK(constant(segment.offset, to_valtype(memory.address), visible));
    }
    return {};
  }

  Status elems() {
    const uint32_t visible = globals_of_segments(module_, context_.features);
    for (const ElemSegment& segment : module_.elems) {
      ZWASM_CHECK_AT(segment.position, validate_value_type(context_, segment.type));
      for (const Expression& element : segment.expressions) {
        ZWASM_CHECK(constant(element, segment.type, visible));
      }
      for (const FuncIndex function : segment.functions) {
        if (raw(function) >= module_.functions.size()) {
          return invalid(segment.position, format("unknown function %u", raw(function)));
        }
        context_.declared.add(function);
      }
      if (segment.mode == SegmentMode::active) ZWASM_CHECK(active_elem(segment, visible));
    }
    return {};
  }

  Status active_elem(const ElemSegment& segment, uint32_t visible_globals) {
    if (raw(segment.table) >= module_.tables.size()) {
      return invalid(segment.position, format("unknown table %u", raw(segment.table)));
    }
    const TableType& table = module_.tables[raw(segment.table)].type;
    if (!context_.matches(segment.type, table.element)) {
      return invalid(segment.position,
                     "type mismatch: element segment's type " + to_string(segment.type) +
                         " does not match table's element type " + to_string(table.element));
    }
    return constant(segment.offset, to_valtype(table.address), visible_globals);
  }

  Status start() {
    if (!module_.has_start) return {};
    if (raw(module_.start) >= module_.functions.size()) {
      return invalid(module_.start_offset, format("unknown function %u", raw(module_.start)));
    }
    const FuncType& type = module_.func_type(module_.start);
    if (!type.params.empty() || !type.results.empty()) {
      return invalid(module_.start_offset,
                     "start function must not have parameters or results");
    }
    return {};
  }

  Status exports() {
    for (const Export& item : module_.exports) ZWASM_CHECK(exported(item));
    Vector<const Export*> sorted(allocator_);
    sorted.reserve(module_.exports.size());
    for (const Export& item : module_.exports) sorted.push_back(&item);
    // Sorted by length first: equal names are neighbours all the same.
    const auto before = [](const Export* a, const Export* b) {
      if (a->name.size() != b->name.size()) return a->name.size() < b->name.size();
      const int order = a->name.compare(b->name);
      return order != 0 ? order < 0 : a->offset < b->offset;
    };
    std::make_heap(sorted.begin(), sorted.end(), before);
    std::sort_heap(sorted.begin(), sorted.end(), before);
    for (size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i]->name == sorted[i - 1]->name) {
        return invalid(sorted[i]->offset,
                       "duplicate export name " + quoted(sorted[i]->name));
      }
    }
    return {};
  }

  Status exported(const Export& item) {
    const auto check = [&](size_t count, const char* what) -> Status {
      if (item.index < count) return {};
      return invalid(item.offset, format("unknown %s %u", what, item.index));
    };
    switch (item.kind) {
      case ExternKind::func:
        ZWASM_CHECK(check(module_.functions.size(), "function"));
        context_.declared.add(FuncIndex{item.index});
        return {};
      case ExternKind::table: return check(module_.tables.size(), "table");
      case ExternKind::memory: return check(module_.memories.size(), "memory");
      case ExternKind::global:
        ZWASM_CHECK(check(module_.globals.size(), "global"));
        if (!context_.features.has(Feature::mutable_globals) &&
            module_.globals[item.index].type.is_mutable) {
          return invalid(item.offset, "mutable globals cannot be exported");
        }
        return {};
      case ExternKind::tag: return check(module_.tags.size(), "tag");
    }
    return {};
  }

  Status constant(const Expression& expression, ValType type, uint32_t visible_globals) {
    return expressions_.validate_constant(expression, type,
                                          {visible_globals, &context_.declared});
  }

  ModuleContext& context_;
  const Module& module_;
  Allocator& allocator_;
  FunctionValidator expressions_;
};

}  // namespace

Result<ModuleContext> validate_declarations(const Module& module, const Features& features,
                                            TypeRegistry& registry,
                                            std::span<CanonicalType> type_ids,
                                            Allocator& allocator) {
  ZWASM_CHECK(validate_type_indices(module.types, features, allocator));
  ZWASM_CHECK(registry.add(module.types, type_ids));
  ModuleContext context(module, features, registry, type_ids, allocator);
  ZWASM_CHECK(validate_subtyping(context));
  ZWASM_CHECK(DeclarationValidator(context, allocator).validate());
  return context;
}

Status validate_bodies(const ModuleContext& context, size_t first, size_t last,
                       Allocator& allocator) {
  FunctionValidator validator(context, allocator);
  for (size_t i = first; i < last; ++i) {
    const uint32_t index = context.module->imported_functions + static_cast<uint32_t>(i);
    ZWASM_CHECK(validator.validate_body(FuncIndex{index}));
  }
  return {};
}

Status validate_module(const Module& module, const Features& features, TypeRegistry& registry,
                       std::span<CanonicalType> type_ids, Allocator& allocator) {
  const ModuleContext context =
      ZWASM_TRY(validate_declarations(module, features, registry, type_ids, allocator));
  return validate_bodies(context, 0, module.codes.size(), allocator);
}

}  // namespace zwasm
