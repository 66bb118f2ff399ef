#include "runtime/linker.hpp"

#include <algorithm>

#include "runtime/store.hpp"

namespace zwasm {
namespace {

/// How often one module name may stand for another; more is a cycle.
constexpr unsigned max_alias_depth = 8;

std::span<const ValType> copy_types(Arena& arena, std::span<const ValType> types) {
  const std::span<ValType> copy = arena.make_array<ValType>(types.size());
  std::ranges::copy(types, copy.begin());
  return copy;
}

TrapKind call_unknown(void* import_name, VMContext* caller, Slot*) {
  return raise_error(caller, make_error(ErrorKind::trap, Error::no_offset,
                                  "unknown import: %s has not been defined",
                                  static_cast<const char*>(import_name)));
}

/// A host function that the store's observer is told of.
struct ObservedFunction {
  std::string_view module, name;
  const FuncType& type;
  HostCallback callback;
  void* data;
};

TrapKind call_observed(void* data, VMContext* caller, Slot* args) {
  const auto& function = *static_cast<const ObservedFunction*>(data);
  Observer* const observer = caller->execution->store->observer();
  if (observer == nullptr) return function.callback(function.data, caller, args);
  observer->host_call(function.module, function.name, function.type, args);
  const TrapKind kind = function.callback(function.data, caller, args);
  observer->host_return(function.module, function.name, function.type, args, kind);
  return kind;
}

/// A function of the store for an import, or for whoever looks the name up.
Extern make_host_func(Store& store, std::string_view module, std::string_view name,
                      CanonicalType type, HostCallback callback, void* data) {
  if (store.observer() != nullptr) {
    Arena& arena = store.arena();
    data = new (arena.allocate_or_exit(sizeof(ObservedFunction), alignof(ObservedFunction)))
        ObservedFunction{arena.copy(module), arena.copy(name),
                         store.runtime().types.definition(type).func, callback, data};
    callback = &call_observed;
  }
  return Extern(store.make_func_of_type(type, callback, data));
}

Extern make_host_func(Store& store, std::string_view module, const HostFuncDefinition& function,
                      void* data) {
  const CanonicalType type =
      store.runtime().types.add_func(FuncType{function.params, function.results});
  const Extern made =
      make_host_func(store, module, function.name, type, function.callback, data);
  store.runtime().types.release(type);
  return made;
}

std::string import_name(const Import& import) {
  return quoted(import.module) + " " + quoted(import.name);
}

}  // namespace

Linker::Linker(Allocator& allocator)
    : arena_(allocator, 1024), definitions_(allocator), groups_(allocator), index_(allocator),
      seed_(HashSeed::make(this)) {}

uint32_t* Linker::slot_of(std::string_view module, std::string_view name) {
  if (index_.empty()) return nullptr;
  const size_t mask = index_.size() - 1;
  Hasher hasher(seed_);
  hasher.add(module);
  hasher.add(name);
  for (size_t i = hasher.finish() & mask;; i = (i + 1) & mask) {
    uint32_t& slot = index_[i];
    if (slot == 0) return &slot;
    const Definition& definition = definitions_[slot - 1];
    if (definition.module == module && definition.name == name) return &slot;
  }
}

void Linker::add_single(const Definition& definition) {
  definitions_.push_back(definition);
  if ((indexed_ + 1) * 2 > index_.size()) {
    const Vector<uint32_t> previous = std::move(index_);
    index_ = Vector<uint32_t>(previous.allocator());
    index_.resize(std::max<size_t>(16, previous.size() * 2));
    for (const uint32_t number : previous.span()) {
      if (number == 0) continue;
      *slot_of(definitions_[number - 1].module, definitions_[number - 1].name) = number;
    }
  }
  uint32_t* slot = slot_of(definition.module, definition.name);
  if (*slot == 0) ++indexed_;
  *slot = static_cast<uint32_t>(definitions_.size());
}

void Linker::define_func(std::string_view module, std::string_view name, const FuncType& type,
                         HostCallback callback, void* data) {
  Definition definition;
  definition.kind = Definition::Kind::func;
  definition.module = arena_.copy(module);
  definition.name = arena_.copy(name);
  definition.func = {definition.name, copy_types(arena_, type.params),
                     copy_types(arena_, type.results), callback};
  definition.data = data;
  add_single(definition);
}

void Linker::define_extern(std::string_view module, std::string_view name, const Extern& value) {
  Definition definition;
  definition.kind = Definition::Kind::extern_;
  definition.module = arena_.copy(module);
  definition.name = arena_.copy(name);
  definition.value = value;
  add_single(definition);
}

void Linker::define_funcs(std::string_view module, std::span<const HostFuncDefinition> definitions,
                          void* data) {
  Definition definition;
  definition.kind = Definition::Kind::funcs;
  definition.module = arena_.copy(module);
  definition.funcs = definitions;
  definition.data = data;
  definitions_.push_back(definition);
  groups_.push_back(static_cast<uint32_t>(definitions_.size()));
}

void Linker::define_instance(std::string_view module, Instance& instance) {
  Definition definition;
  definition.kind = Definition::Kind::instance;
  definition.module = arena_.copy(module);
  definition.instance = &instance;
  definitions_.push_back(definition);
  groups_.push_back(static_cast<uint32_t>(definitions_.size()));
}

void Linker::alias_module(std::string_view existing, std::string_view alias) {
  Definition definition;
  definition.kind = Definition::Kind::alias;
  definition.module = arena_.copy(alias);
  definition.name = arena_.copy(existing);
  definitions_.push_back(definition);
  groups_.push_back(static_cast<uint32_t>(definitions_.size()));
}

bool Linker::find_in_group(Store& store, const Definition& group, std::string_view name,
                           unsigned alias_depth, Extern& result) {
  switch (group.kind) {
    case Definition::Kind::func:
    case Definition::Kind::extern_: return false;
    case Definition::Kind::funcs: {
      const auto found = std::ranges::find(group.funcs, name, &HostFuncDefinition::name);
      if (found == group.funcs.end()) return false;
      result = make_host_func(store, group.module, *found, group.data);
      return true;
    }
    case Definition::Kind::instance: return group.instance->find_export(name, result);
    case Definition::Kind::alias:
      return alias_depth < max_alias_depth &&
             find(store, group.name, name, alias_depth + 1, result);
  }
  return false;
}

bool Linker::find(Store& store, std::string_view module, std::string_view name,
                  unsigned alias_depth, Extern& result) {
  const uint32_t* slot = slot_of(module, name);
  const uint32_t single = slot == nullptr ? 0 : *slot;
  for (size_t i = groups_.size(); i-- != 0 && groups_[i] > single;) {
    const Definition& group = definitions_[groups_[i] - 1];
    if (group.module == module && find_in_group(store, group, name, alias_depth, result)) {
      return true;
    }
  }
  if (single == 0) return base_ != nullptr && base_->find(store, module, name, alias_depth, result);
  const Definition& found = definitions_[single - 1];
  result = found.kind == Definition::Kind::extern_
               ? found.value
               : make_host_func(store, found.module, found.func, found.data);
  return true;
}

bool Linker::find(Store& store, std::string_view module, std::string_view name, Extern& result) {
  return find(store, module, name, 0, result);
}

Result<Instance*> Linker::instantiate(Store& store, const Ref<ModuleCode>& module) {
  const Module& declared = module->module();
  Vector<Extern> imports(store.allocator());
  imports.reserve(declared.imports.size());
  for (const Import& import : declared.imports) {
    Extern value;
    if (!find(store, import.module, import.name, value)) {
      if (unknown_imports_ == UnknownImports::error || import.kind != ExternKind::func) {
        return make_error(ErrorKind::unlinkable, import.offset,
                          "unknown import: %s has not been defined",
                          import_name(import).c_str());
      }
      // The name lives as long as the store, like the function.
      const std::string name = import_name(import) + '\0';
      const TypeIndex type = declared.functions[import.index].type;
      value = make_host_func(store, import.module, import.name, module->type_ids()[raw(type)],
                             &call_unknown, const_cast<char*>(store.arena().copy(name).data()));
    }
    imports.push_back(value);
  }
  return zwasm::instantiate(store, module, imports.span());
}

}  // namespace zwasm
