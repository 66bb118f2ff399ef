// Lowering of exceptions. Protected code is not marked in any way: a side table says which cells a
// clause covers. A clause lands directly at the label it names; the unwinder writes what the label
// takes to the label's slots.
#include "ir/lower.hpp"

namespace zwasm {

bool Lowering::reserve_handlers(size_t clauses) {
  // Where clauses are open, they become handlers when their blocks end.
  return clauses_.try_grow(clauses) && handlers_.try_grow(clauses_.size() + clauses + 1);
}

/// Begins a block whose cells from here on are protected.
void Lowering::begin_region(BlockKind kind, const BlockType& type) {
  block(kind, type);
  begin_block();  // no cell moves into the region, or out of it
  controls_.back().region_start = static_cast<uint32_t>(cells_.size());
  controls_.back().first_clause = static_cast<uint32_t>(clauses_.size());
}

void Lowering::end_region(Control& control) {
  control.region_end = static_cast<uint32_t>(cells_.size());
  bind_delegates(control);
  begin_block();
}

Status Lowering::try_table(const Instruction::TryTable& in) {
  if (!reserve_handlers(in.count)) return make_trap(TrapKind::out_of_memory);
  begin_region(BlockKind::try_table, in.block_type);
  clauses_.append({in.clauses, in.count});
  return {};
}

/// At the end of a try_table, which is still the innermost block.
void Lowering::add_clauses(Control& control) {
  end_region(control);
  for (size_t i = control.first_clause; i < clauses_.size(); ++i) {
    const CatchClause& clause = clauses_[i];
    Control& target = controls_[controls_.size() - 2 - clause.label];
    const uint16_t base = target.kind == BlockKind::function ? uint16_t{0} : target.base_slot;
    uint32_t payload_slots = 0;
    if (clause.has_tag()) {
      for (const ValType type : tag_params(raw(clause.tag))) payload_slots += type.slots();
    }
    const bool with_reference = clause.kind == CatchClause::Kind::catch_ref ||
                                clause.kind == CatchClause::Kind::catch_all_ref;
    handlers_.push_back(
        {control.region_start, control.region_end,
         clause.has_tag() ? raw(clause.tag) : ExceptionHandler::any_tag, target.loop_start, base,
         with_reference ? static_cast<uint16_t>(base + payload_slots) : ExceptionHandler::no_slot});
    if (target.kind == BlockKind::loop) continue;
    target.reached_end = true;
    add_fixup(target.label_fixups, none, static_cast<uint32_t>(handlers_.size() - 1), 0);
  }
  clauses_.resize_down(control.first_clause);
}

void Lowering::throw_(uint32_t tag) {
  const auto params = tag_params(tag);
  materialize_top(params.size());
  const uint16_t base = params.empty() ? static_cast<uint16_t>(next_slot())
                                       : peek(params.size() - 1).slot;
  emit(IrOp::throw_).i = {base, 0, static_cast<int32_t>(tag)};
  record_references(next_slot());
  become_unreachable();
}

void Lowering::throw_ref() {
  Operand exception = pop();
  const uint16_t slot = slot_of(exception);
  emit(IrOp::throw_ref).r = {0, slot, 0, 0};
  become_unreachable();
}

// --- Legacy -------------------------------------------------------------------------------------
// The exception that a clause caught stays in the first slot of its block, below what the clause
// pushes, for rethrow.

Status Lowering::try_(const BlockType& type) {
  if (!reserve_handlers(1)) return make_trap(TrapKind::out_of_memory);
  begin_region(BlockKind::try_, type);
  return {};
}

Status Lowering::catch_(uint32_t tag) {
  if (!reserve_handlers(1)) return make_trap(TrapKind::out_of_memory);
  Control& control = controls_.back();
  if (!unreachable_) {
    move_to_label(control, true);
    jump(control);
  }
  if (control.kind == BlockKind::try_) end_region(control);
  control.kind = BlockKind::catch_;
  begin_block();
  truncate(control.stack_base);
  handlers_.push_back({control.region_start, control.region_end, tag,
                       static_cast<uint32_t>(cells_.size()),
                       static_cast<uint16_t>(control.base_slot + 1), control.base_slot});
  push(valtype::exnref, Operand::Kind::slot);
  if (tag != ExceptionHandler::any_tag) push_slots(tag_params(tag));
  unreachable_ = false;
  return {};
}

Status Lowering::delegate(uint32_t depth) {
  if (!reserve_handlers(1)) return make_trap(TrapKind::out_of_memory);
  Control& control = controls_.back();
  end_region(control);
  handlers_.push_back({control.region_start, control.region_end, ExceptionHandler::delegated, none,
                       0, ExceptionHandler::no_slot});
  Control& target = controls_[controls_.size() - 2 - depth];
  add_fixup(target.delegate_fixups, none, static_cast<uint32_t>(handlers_.size() - 1), 0);
  end();
  return {};
}

/// What is delegated to a block goes on behind the handlers that are known when the block ends, or,
/// for a try, when what it protects ends.
void Lowering::bind_delegates(Control& control) {
  for (uint32_t& list = control.delegate_fixups; list != none; list = fixups_[list].next) {
    handlers_[fixups_[list].data_cell].landing = static_cast<uint32_t>(handlers_.size());
  }
}

void Lowering::rethrow(uint32_t depth) {
  emit(IrOp::throw_ref).r = {0, control(depth).base_slot, 0, 0};
  become_unreachable();
}

std::span<const ValType> Lowering::tag_params(uint32_t tag) const {
  return module_.types[raw(module_.tags[tag].type)].func.params;
}

Status Lowering::exception_instruction(const Instruction& in) {
  switch (raw(in.opcode)) {
    case raw(Opcode::throw_):
      throw_(in.index);
      return {};
    case raw(Opcode::throw_ref):
      throw_ref();
      return {};
    case raw(Opcode::try_table):
      return try_table(in.try_table);
    case raw(Opcode::try_):
      return try_(in.block_type);
    case raw(Opcode::catch_):
      return catch_(in.index);
    case raw(Opcode::catch_all):
      return catch_(ExceptionHandler::any_tag);
    case raw(Opcode::delegate):
      return delegate(in.index);
    case raw(Opcode::rethrow):
      rethrow(in.index);
      return {};
  }
  return {};
}

}  // namespace zwasm
