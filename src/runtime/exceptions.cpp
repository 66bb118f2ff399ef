// Throwing: making exceptions, and finding their handlers.
#include <algorithm>
#include <utility>

#include "binary/names.hpp"
#include "runtime/builtins.hpp"
#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {

TrapKind builtins::exception_new(VMContext* vmctx, Slot* operands, uint32_t tag_index, uint32_t) {
  Store& store = *vmctx->execution->store;
  const TagInstance& tag = vmctx->instance->tag(tag_index);
  const uint32_t slots = store.runtime().types.layout(tag.type).slots;
  gc::Object* exception =
      store.allocate(gc::ObjectKind::exception, tag.type, slots + 1,
                     gc::slots_object_size(uint64_t{slots} + 1));
  if (exception == nullptr) return store.allocation_failure();
  exception->slots()[0] = reinterpret_cast<Slot>(&tag);
  std::copy_n(operands, slots, exception->payload());
  vmctx->execution->exception = gc::reference_to(exception);
  return TrapKind::none;
}

TrapKind builtins::unwind(VMContext* vmctx, Slot*, uint32_t, uint32_t) {
  return vmctx->execution->store->unwind();
}

const TagInstance* Store::exception_tag() const {
  return thrown_ == 0 ? nullptr : gc::object_of(thrown_)->tag();
}

size_t Store::exception_size() const {
  if (thrown_ == 0) return 0;
  return runtime_.types.definition(gc::object_of(thrown_)->type()).func.params.size();
}

Value Store::exception_value(size_t index) const {
  gc::Object& exception = *gc::object_of(thrown_);
  const std::span<const ValType> types = runtime_.types.definition(exception.type()).func.params;
  const Slot* slot = exception.payload();
  for (const ValType type : types.first(index)) slot += type.slots();
  return {types[index], slot[0], types[index].slots() == 2 ? slot[1] : 0};
}

/// Where the tag is defined, it is named best.
std::string Store::tag_name(const TagInstance& tag) const {
  std::string imported;
  for (const Instance* instance = instances_; instance != nullptr; instance = instance->next_) {
    const Module& module = instance->module().module();
    for (uint32_t i = 0; i < module.tags.size(); ++i) {
      if (&instance->tag(i) != &tag) continue;
      std::string name = find_tag_name(module, TagIndex{i});
      if (!name.empty() && i >= module.imported_tags) return name;
      if (!name.empty()) imported = std::move(name);
    }
  }
  return imported;
}

std::string Store::describe_exception() const {
  if (thrown_ == 0) return {};
  std::string text = tag_name(*exception_tag());
  if (!text.empty()) {
    text = quoted(text);
    text = text.substr(1, text.size() - 2);
  }
  const size_t size = exception_size();
  for (size_t i = 0; i < size; ++i) {
    text += i != 0 ? ", " : text.empty() ? "(" : " (";
    text += to_string(exception_value(i), runtime_.types);
  }
  return size == 0 ? text : text + ")";
}

TrapKind Store::unwind() {
  auto [kind, cell, frame, control, vmctx] = execution_.trap;
  gc::Object& exception = *gc::object_of(execution_.exception);
  ModuleCode::Place place = ModuleCode::Place::at;
  for (;;) {
    ModuleCode::Landing landing;
    if (cell != nullptr && vmctx->module->find_handler(cell, place, *vmctx->instance,
                                                       *exception.tag(), landing)) {
      if (landing.takes_parameters) {
        std::copy_n(exception.payload(), exception.length - 1, frame + landing.base);
      }
      if (landing.exception_slot != ModuleCode::Landing::no_slot) {
        frame[landing.exception_slot] = execution_.exception;
      }
      execution_.exception = 0;
      execution_.trap = {TrapKind::none, landing.cell, frame, control, vmctx};
      return TrapKind::none;
    }
    if (is_interrupted()) {
      execution_.exception = 0;
      return TrapKind::interrupted;
    }
    --control;
    if (control->next == runtime_.entry_points.leave) return TrapKind::uncaught_exception;
    if (control->next == runtime_.entry_points.restore) {
      vmctx = reinterpret_cast<VMContext*>(control->frame);
      cell = nullptr;
      continue;
    }
    cell = control->next;
    frame = control->frame;
    place = ModuleCode::Place::behind;
  }
}

}  // namespace zwasm
