#include "runtime/instance.hpp"

#include "runtime/store.hpp"

namespace zwasm {

bool Instance::find_export(std::string_view name, Extern& result) {
  const int64_t number = module_->find_export(name);
  if (number < 0) return false;
  const Export& found = module_->module().exports[static_cast<size_t>(number)];
  result = extern_of(found.kind, found.index);
  return true;
}

Extern Instance::extern_of(ExternKind kind, uint32_t index) {
  switch (kind) {
    case ExternKind::func: return Extern(func(index));
    case ExternKind::table: return Extern(table(index));
    case ExternKind::memory: return Extern(memory(index));
    case ExternKind::global: return Extern(global(index));
    case ExternKind::tag: return Extern(tag(index));
  }
  return {};
}

const FuncRef* Instance::exported_func(std::string_view name) {
  Extern found;
  return find_export(name, found) && found.kind == ExternKind::func ? found.func : nullptr;
}

MemoryInstance* Instance::exported_memory(std::string_view name) {
  Extern found;
  return find_export(name, found) && found.kind == ExternKind::memory ? found.memory : nullptr;
}

TableInstance* Instance::exported_table(std::string_view name) {
  Extern found;
  return find_export(name, found) && found.kind == ExternKind::table ? found.table : nullptr;
}

GlobalInstance Instance::exported_global(std::string_view name) {
  Extern found;
  if (!find_export(name, found) || found.kind != ExternKind::global) return {};
  return found.global;
}

const FuncRef& Instance::func(uint32_t index) {
  const FuncRef* const function = try_func(index);
  if (function == nullptr) Allocator::exit_out_of_memory(func_block_size * sizeof(FuncRef));
  return *function;
}

const FuncRef* Instance::try_func(uint32_t index) {
  const Module& module = module_->module();
  if (index < module.imported_functions) return vmctx_->imported_functions[index];
  const uint32_t defined = index - module.imported_functions;
  FuncRef*& block = func_blocks_[defined / func_block_size];
  if (block == nullptr) {
    void* const room = store_->allocator().allocate(func_block_size * sizeof(FuncRef),
                                                    alignof(FuncRef));
    if (room == nullptr) return nullptr;
    block = static_cast<FuncRef*>(room);
    for (uint32_t i = 0; i < func_block_size; ++i) new (block + i) FuncRef{};
  }
  FuncRef& ref = block[defined % func_block_size];
  if (ref.entry == nullptr) {
    const uint32_t type = vmctx_->types[raw(module.functions[index].type)];
    ref = {vmctx_->entries + defined, vmctx_, type, index, nullptr};
  }
  return &ref;
}

GlobalInstance Instance::global(uint32_t index) {
  const Module& module = module_->module();
  GlobalType type = module.globals[index].type;
  if (index < module.imported_globals) {
    type.type = imported_global_types_[index];
    return {vmctx_->imported_globals[index], type};
  }
  type.type = canonical(type.type, module_->type_ids());
  return {vmctx_->globals() + (index - module.imported_globals), type};
}

}  // namespace zwasm
