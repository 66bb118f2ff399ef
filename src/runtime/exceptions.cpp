// Throwing: making exceptions, and finding their handlers.
#include <algorithm>

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
  if (exception == nullptr) return TrapKind::out_of_memory;
  exception->slots()[0] = reinterpret_cast<Slot>(&tag);
  std::copy_n(operands, slots, exception->payload());
  vmctx->execution->exception = gc::reference_to(exception);
  return TrapKind::none;
}

TrapKind builtins::unwind(VMContext* vmctx, Slot*, uint32_t, uint32_t) {
  return vmctx->execution->store->unwind() ? TrapKind::none : TrapKind::uncaught_exception;
}

std::string Store::describe_exception() const {
  if (thrown_ == 0) return {};
  gc::Object& exception = *gc::object_of(thrown_);
  std::string text;
  size_t slot = 0;
  for (const ValType type : runtime_.types.definition(exception.type()).func.params) {
    const Slot low = exception.payload()[slot];
    const Slot high = type.slots() == 2 ? exception.payload()[slot + 1] : 0;
    slot += type.slots();
    text += (text.empty() ? " (" : ", ") + to_string(Value(type, low, high), runtime_.types);
  }
  return text.empty() ? text : text + ")";
}

bool Store::unwind() {
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
      return true;
    }
    --control;
    if (control->next == runtime_.entry_points.leave) return false;
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
