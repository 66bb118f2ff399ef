// What the collector finds references in: everything of a store that holds values.
#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {

void Store::collect_garbage() {
  execution_.trap.cell = nullptr;
  heap_.collect();
}

uint32_t Store::make_root(Slot reference) {
  if (free_roots_.empty()) {
    roots_.push_back(reference);
    return static_cast<uint32_t>(roots_.size() - 1);
  }
  const uint32_t number = free_roots_.back();
  free_roots_.pop_back();
  roots_[number] = reference;
  return number;
}

void Store::release_root(uint32_t number) {
  roots_[number] = 0;
  free_roots_.push_back(number);
}

void Store::visit_roots(gc::Heap& heap) {
  heap.visit(execution_.exception);
  heap.visit(thrown_);
  for (Slot& root : roots_) heap.visit(root);
  for (RootScope* scope = root_scope_; scope != nullptr; scope = scope->outer_) {
    scope->visit_roots(heap);
  }
  for (const GlobalInstance& global : host_globals_) heap.visit(global.cell->low);
  for (Instance* instance = instances_; instance != nullptr; instance = instance->next_) {
    visit_instance(heap, *instance);
  }
  for (TableInstance* table = tables_; table != nullptr; table = table->next()) {
    if (table->of_functions()) continue;
    for (uint64_t i = 0; i < table->size; ++i) heap.visit(table->elements[i]);
  }
  visit_frames(heap);
}

void Store::visit_instance(gc::Heap& heap, Instance& instance) {
  const Module& module = instance.module().module();
  GlobalCell* const globals = instance.vmctx()->globals();
  for (size_t i = module.imported_globals; i < module.globals.size(); ++i) {
    const ValType type = canonical(module.globals[i].type.type, instance.module().type_ids());
    if (runtime_.types.may_be_object(type)) heap.visit(globals[i - module.imported_globals].low);
  }
  if (instance.elements_.empty()) return;
  for (size_t i = 0; i < module.elems.size(); ++i) {
    for (Slot& element : instance.elements_[i]) heap.visit(element);
  }
}

/// Calls visit(module, cell, place, frame) for every function that is running.
template <class Visit>
void Store::each_frame(Visit visit) {
  const TrapRecord& top = execution_.trap;
  VMContext* vmctx = nullptr;
  ControlRecord* record = execution_.control_top;
  if (top.cell != nullptr) {
    vmctx = top.vmctx;
    record = top.control;
    visit(*vmctx->module, top.cell, ModuleCode::Place::at, top.frame);
  }
  while (record != stack_.control()) {
    --record;
    if (record->next == runtime_.entry_points.restore) {
      vmctx = reinterpret_cast<VMContext*>(record->frame);
    } else if (record->next != runtime_.entry_points.leave) {
      visit(*vmctx->module, record->next, ModuleCode::Place::behind, record->frame);
    }
  }
}

/// Where the references in frames are: finding out may need memory, and takes time.
bool Store::prepare() {
  if (!stack_) return true;
  reference_maps_.begin();
  bool complete = true;
  each_frame([&](ModuleCode& module, const Cell* cell, ModuleCode::Place place, Slot*) {
    complete = complete && reference_maps_.want(module, cell, place);
  });
  if (complete && reference_maps_.make(execution_.interrupt) == TrapKind::none) return true;
  reference_maps_.clear();
  return false;
}

void Store::visit_frames(gc::Heap& heap) {
  if (!stack_) return;
  each_frame([&](ModuleCode&, const Cell* cell, ModuleCode::Place place, Slot* frame) {
    const ReferenceMap& map = reference_maps_.find(cell, place);
    for (const std::span<const SlotRange> ranges : {map.locals, map.operands}) {
      for (const SlotRange range : ranges) {
        for (uint32_t i = 0; i < range.count; ++i) heap.visit(frame[range.first + i]);
      }
    }
  });
  for (const HostFrame* host = execution_.host_frame; host != nullptr; host = host->outer) {
    const CanonicalType type{host->function->type};
    for (const uint16_t slot : runtime_.types.layout(type).reference_slots) {
      heap.visit(host->args[slot]);
    }
  }
}

}  // namespace zwasm
