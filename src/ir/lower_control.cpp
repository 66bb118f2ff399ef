// Lowering of blocks, branches and calls.
#include <algorithm>

#include "ir/lower.hpp"
#include "ir/rows.hpp"

namespace zwasm {

// --- Blocks -------------------------------------------------------------------------------------

Lowering::Control& Lowering::push_control(BlockKind kind, const BlockType& type) {
  const FuncType* signature =
      type.kind == BlockType::Kind::index ? &module_.types[raw(type.index)].func : nullptr;
  const size_t params = signature != nullptr ? signature->params.size() : 0;
  Control& control = controls_.emplace_back();
  control.kind = kind;
  control.reached_end = false;
  control.stack_base = static_cast<uint32_t>(stack_.size() - params);
  control.base_slot = params != 0 ? peek(params - 1).slot : static_cast<uint16_t>(next_slot());
  control.type = signature;
  control.single = type.kind == BlockType::Kind::value ? type.value : ValType();
  control.label_fixups = control.else_fixup = control.table_stub = control.stub_table = none;
  control.loop_start = control.delegate_fixups = none;
  return control;
}

void Lowering::block(BlockKind kind, const BlockType& type) {
  Control& control = push_control(kind, type);
  materialize_top(control.params().size());
  flush_locals();
  if (kind == BlockKind::loop) {
    begin_block();
    control.loop_start = static_cast<uint32_t>(cells_.size());
  }
}

void Lowering::if_(const BlockType& type) {
  Operand condition = pop();
  Control& control = push_control(BlockKind::if_, type);
  materialize_top(control.params().size());
  flush_locals();
  conditional_branch(condition, false, nullptr, control.else_fixup);
  keep_slots_written();  // the other arm reads the parameters from their slots
  end_fuel_block();
}

void Lowering::else_() {
  Control& control = controls_.back();
  if (!unreachable_) {
    materialize_top(control.results().size());
    jump(control);
  }
  bind(control.else_fixup);
  truncate(control.stack_base);
  push_slots(control.params());
  control.kind = BlockKind::else_;
  unreachable_ = false;
}

void Lowering::end() {
  Control& control = controls_.back();
  if (control.kind == BlockKind::try_table) add_clauses(control);
  if (control.kind == BlockKind::catch_) {
    // Its operands begin behind the exception, not where the label has its results.
    control.reached_end = true;
    if (!unreachable_) move_to_label(control, true);
  }
  bind_delegates(control);
  if (control.kind == BlockKind::function) {
    if (control.reached_end) {
      // Branches that carry nothing, or whose results are in place, meet here.
      if (!unreachable_) {
        move_to_label(control, true);
      }
      bind(control.label_fixups);
      emit(IrOp::ret);
    } else if (!unreachable_) {
      emit_return();
    }
    truncate(0);
    controls_.pop_back();
    return;
  }
  const bool has_no_else = control.kind == BlockKind::if_;
  const bool is_target = control.reached_end || has_no_else;
  if (!unreachable_ && is_target && control.kind != BlockKind::catch_) {
    materialize_top(control.results().size());
  }
  if (is_target) {
    if (has_no_else) bind(control.else_fixup);
    bind(control.label_fixups);
    truncate(control.stack_base);
    push_slots(control.results());
    unreachable_ = false;
  } else if (unreachable_) {
    truncate(control.stack_base);
  }
  controls_.pop_back();
}

void Lowering::become_unreachable() {
  unreachable_ = true;
  unreachable_depth_ = 0;
  truncate(controls_.back().stack_base);
  begin_block();
}

// --- Branch distances ---------------------------------------------------------------------------

void Lowering::set_distance(uint32_t base_cell, uint32_t data_cell, uint32_t word,
                            uint32_t target) {
  const auto distance = static_cast<int32_t>((int64_t{target} - int64_t{base_cell}) *
                                             static_cast<int64_t>(sizeof(Cell)));
  if (base_cell == data_cell) {
    cells_[base_cell].br.rel = distance;  // in the same place in br, bri and bra
  } else {
    reinterpret_cast<DataCell&>(cells_[data_cell]).rel[word] = distance;
  }
}

void Lowering::add_fixup(uint32_t& list, uint32_t base_cell, uint32_t data_cell, uint32_t word) {
  fixups_.push_back(Fixup{list, base_cell, data_cell, word});
  list = static_cast<uint32_t>(fixups_.size() - 1);
}

/// The next operation is the target of all branches in the list.
void Lowering::bind(uint32_t& list) {
  const auto target = static_cast<uint32_t>(cells_.size());
  for (; list != none; list = fixups_[list].next) {
    const Fixup& fixup = fixups_[list];
    if (fixup.base_cell == none) {
      handlers_[fixup.data_cell].landing = target;
      continue;
    }
    set_distance(fixup.base_cell, fixup.data_cell, fixup.word, target);
  }
  begin_block();
}

// --- Branches -----------------------------------------------------------------------------------

/// Unconditional branch together with the operation before it, which moves what the branch carries
/// or advances a counter. False, and nothing happened, where there is none.
bool Lowering::fuse_jump(Control& target) {
  if (last_cell_ == none) return false;
  const IrOp op = op_of(last_cell_);
  const Cell last = cells_[last_cell_];
  const bool back = target.kind == BlockKind::loop;
  if (op == IrOp::copy) {
    remove_last();
    emit(back ? IrOp::copy_br_back : IrOp::copy_br_forward).br = {0, last.r.d, last.r.a};
  } else if (op == IrOp::const_u32 && !back && (last.i.imm & 0xFFFF) == last.i.imm) {
    remove_last();
    emit(IrOp::const_br_forward).bri = {0, last.i.d, static_cast<int16_t>(last.i.imm)};
  } else if (op == IrOp::i32_add_si_w && back && last.i.d == last.i.a &&
             last_cell_ >= target.loop_start &&
             last.i.imm == static_cast<int16_t>(last.i.imm)) {
    const int64_t distance = int64_t{target.loop_start} - int64_t{last_cell_};
    if (distance != static_cast<int16_t>(distance)) return false;
    remove_last();
    emit(IrOp::latch_i32).latch = {static_cast<int16_t>(distance),
                                   static_cast<int16_t>(last.i.imm), last.i.a, 0};
    forget_accumulators();
    return true;
  } else {
    return false;
  }
  forget_accumulators();
  if (back) {
    set_distance(last_cell_, last_cell_, 0, target.loop_start);
  } else {
    add_fixup(target.label_fixups, last_cell_, last_cell_, 0);
  }
  return true;
}

/// Unconditional branch; what it carries is in place.
void Lowering::jump(Control& target) {
  if (target.kind != BlockKind::loop) target.reached_end = true;
  if (fuse_jump(target)) return;
  if (target.kind == BlockKind::loop) {
    emit(IrOp::br_back);
    set_distance(last_cell_, last_cell_, 0, target.loop_start);
  } else {
    emit(IrOp::br_forward);
    add_fixup(target.label_fixups, last_cell_, last_cell_, 0);
  }
}

/// Whether the label's values are in the slots where the label expects them. Function results go
/// to slot 0 on, which is never where operands are, unless there are none.
bool Lowering::label_in_place(const Control& target) {
  const size_t count = target.label().size();
  if (count == 0) return true;
  if (target.kind == BlockKind::function) return false;
  return peek(count - 1).slot == target.base_slot;
}

/// Moves the operands on top, which stay on the symbolic stack, to the label's slots.
void Lowering::move_to_label(const Control& target, bool may_redirect) {
  const auto types = target.label();
  if (types.empty()) return;
  const uint16_t to = target.kind == BlockKind::function ? uint16_t{0} : target.base_slot;
  if (types.size() == 1) {
    move_operand(peek(0), to, may_redirect);
    return;
  }
  materialize_top(types.size());
  const uint16_t from = peek(types.size() - 1).slot;
  if (from == to) return;
  const auto slots = static_cast<uint16_t>(next_slot() - from);
  emit(IrOp::copy_block).r = {to, from, 0, slots};
  forget_accumulators();
}

/// Returns the operands on top, which stay on the symbolic stack.
void Lowering::emit_return() {
  const auto& results = type_->results;
  if (results.size() != 1 || results[0] == valtype::v128) {
    move_to_label(controls_.front(), true);
    emit(IrOp::ret);
    return;
  }
  const Operand& operand = peek(0);
  if (operand.kind == Operand::Kind::constant) {
    const uint64_t bits = operand.bits;
    if (bits == static_cast<uint32_t>(bits)) {
      emit(IrOp::ret_u).i = {0, 0, static_cast<int32_t>(static_cast<uint32_t>(bits))};
      return;
    }
    if (static_cast<int64_t>(bits) == static_cast<int32_t>(bits)) {
      emit(IrOp::ret_i).i = {0, 0, static_cast<int32_t>(bits)};
      return;
    }
    materialize(peek(0));
  } else if (operand.kind == Operand::Kind::sum) {
    materialize(peek(0));
  }
  const Source from = source(peek(0));
  if (!from.in_accumulator) {
    emit(IrOp::ret_s).r = {0, from.slot, 0, 0};
    return;
  }
  switch (acc_kind(results[0])) {
    case AccKind::integer: emit(IrOp::ret_a); return;
    case AccKind::f32: emit(IrOp::ret_f32); return;
    case AccKind::f64: emit(IrOp::ret_f64); return;
  }
}

void Lowering::branch(uint32_t depth) {
  Control& target = control(depth);
  if (target.kind == BlockKind::function) {
    emit_return();
  } else {
    move_to_label(target, true);
    jump(target);
  }
  become_unreachable();
}

void Lowering::branch_if(uint32_t depth) {
  Operand condition = pop();
  branch_if(depth, condition, true);
}

/// Branches to the label if the condition, popped already, is nonzero or zero. What the label takes
/// is on top and stays.
void Lowering::branch_if(uint32_t depth, Operand& condition, bool when_nonzero) {
  Control& target = control(depth);
  const size_t carried = target.label().size();
  if (carried != 0) {
    materialize_top(carried);
    keep_slots_written();
  }
  if (label_in_place(target)) {
    if (target.kind == BlockKind::loop) {
      uint32_t unused = none;
      conditional_branch(condition, when_nonzero, &target, unused);
    } else {
      target.reached_end = true;
      conditional_branch(condition, when_nonzero, nullptr, target.label_fixups);
    }
    end_fuel_block();
    return;
  }
  uint32_t skip = none;
  conditional_branch(condition, !when_nonzero, nullptr, skip);
  keep_slots_written();
  if (target.kind == BlockKind::function) {
    move_to_label(target, false);
    emit(IrOp::ret);
  } else {
    move_to_label(target, false);
    jump(target);
  }
  bind(skip);
}

void Lowering::branch_on_null(uint32_t depth, bool when_null) {
  // The reference is the condition; br_on_non_null carries it to the label, too.
  Operand& reference = stack_.back();
  if (reference.kind == Operand::Kind::constant) materialize(reference);
  keep_slots_written();
  const ValType type = reference.type;
  if (when_null) {
    Operand condition = pop();
    const bool was_local = condition.kind == Operand::Kind::local;
    branch_if(depth, condition, false);
    if (was_local) {
      push_local(condition.local);
    } else {
      push(type, Operand::Kind::slot);
    }
  } else {
    Operand condition = reference;
    branch_if(depth, condition, true);
    pop();
  }
}

/// Emits a branch taken if the condition is nonzero (or zero): back to `loop`, or, if that is null,
/// forward to wherever `list` will be bound.
void Lowering::conditional_branch(Operand& condition, bool when_nonzero, const Control* loop,
                                  uint32_t& list) {
  if (fuse_compare(condition, when_nonzero, loop, list)) return;
  if (fuse_mask(condition, when_nonzero, loop, list)) return;
  if (loop != nullptr && fuse_countdown(condition, when_nonzero, *loop)) return;
  if (condition.kind == Operand::Kind::constant) materialize(condition);
  const Source from = source(condition);
  const uint32_t back = loop != nullptr ? 1 : 0;
  const IrOp zero =
      from.in_accumulator ? IrOp::br_if_zero_a_forward : IrOp::br_if_zero_s_forward;
  const IrOp nonzero =
      from.in_accumulator ? IrOp::br_if_nonzero_a_forward : IrOp::br_if_nonzero_s_forward;
  emit(form(when_nonzero ? nonzero : zero, back)).br = {0, from.slot, 0};
  if (loop != nullptr) {
    set_distance(last_cell_, last_cell_, 0, loop->loop_start);
  } else {
    add_fixup(list, last_cell_, last_cell_, 0);
  }
}

/// The same for a condition that the last operation computes by a comparison: that operation
/// becomes the branch. False, and nothing happened, where it cannot.
bool Lowering::fuse_compare(Operand& condition, bool when_nonzero, const Control* loop,
                            uint32_t& list) {
  if (!produced_last(condition) || last_compare_ != last_cell_) return false;
  const Cell compare = cells_[last_cell_];
  const IrOp op = op_of(last_cell_);
  const uint32_t back = loop != nullptr ? 1 : 0;
  const auto finish = [&] {
    if (loop != nullptr) {
      set_distance(last_cell_, last_cell_, 0, loop->loop_start);
    } else {
      add_fixup(list, last_cell_, last_cell_, 0);
    }
    return true;
  };

  auto comparison_info = comparison(compare_opcode_);
  if (!comparison_info) {  // a test for zero
    const bool in_accumulator =
        op == IrOp::i32_eqz_a_w || op == IrOp::i64_eqz_a_w;
    if (in_accumulator && negated_compare_ == previous_cell_ && previous_cell_ != none) {
      // Of a float comparison, which only the accumulator holds: branch on that instead.
      Operand compared = condition;
      remove_last();
      last_result_ = last_compare_ = last_cell_;
      cells_[last_cell_].r.d = compared.slot;
      compare_opcode_ = negated_opcode_;
      if (fuse_compare(compared, !when_nonzero, loop, list)) return true;
      // An operand form that branches do not have: test its result as it is.
      emit(form(when_nonzero ? IrOp::br_if_zero_a_forward : IrOp::br_if_nonzero_a_forward, back))
          .br = {0, no_slot, 0};
      return finish();
    }
    const IrOp zero = in_accumulator ? IrOp::br_if_zero_a_forward : IrOp::br_if_zero_s_forward;
    const IrOp nonzero =
        in_accumulator ? IrOp::br_if_nonzero_a_forward : IrOp::br_if_nonzero_s_forward;
    remove_last();
    emit(form(when_nonzero ? zero : nonzero, back)).br = {0, compare.r.a, 0};
    return finish();
  }

  const uint32_t source_form =
      (static_cast<uint32_t>(op) - static_cast<uint32_t>(comparison_info->base)) &
      ~forms::accumulator_only;
  const bool immediate = source_form == forms::slot_imm || source_form == forms::acc_imm;
  if (comparison_info->is_float) {
    if (source_form == forms::slot_imm) return false;
    const uint32_t distance =
        (when_nonzero ? forms::float_branch : forms::float_branch_unless) +
        (source_form == forms::slot_slot ? 0 : source_form == forms::acc_slot ? 2 : 4) + back;
    const IrOp base = comparison_info->base;
    remove_last();
    Cell& branch = emit(form(base, distance));
    if (immediate) {
      branch.bra = {0, compare.i.imm};
    } else {
      branch.br = {0, compare.r.a, compare.r.b};
    }
    return finish();
  }

  if (source_form == forms::slot_imm &&
      compare.i.imm != static_cast<int16_t>(compare.i.imm)) {
    return false;
  }
  const Opcode opcode = when_nonzero ? compare_opcode_ : comparison_info->inverse;
  const IrOp base = comparison(opcode)->base;
  remove_last();
  if (loop != nullptr && (source_form == forms::acc_slot || source_form == forms::acc_imm) &&
      fuse_latch(opcode, compare, immediate, *loop)) {
    return true;
  }
  Cell& branch = emit(form(base, forms::int_branch + source_form + back));
  if (source_form == forms::slot_imm) {
    branch.bri = {0, compare.i.a, static_cast<int16_t>(compare.i.imm)};
  } else if (source_form == forms::acc_imm) {
    branch.bra = {0, compare.i.imm};
  } else {
    branch.br = {0, compare.r.a, compare.r.b};
  }
  return finish();
}

/// The same for a condition that the last operation makes by masking an i32 with a constant.
bool Lowering::fuse_mask(const Operand& condition, bool when_nonzero, const Control* loop,
                         uint32_t& list) {
  if (!produced_last(condition)) return false;
  const IrOp op = op_of(last_cell_);
  const Cell mask = cells_[last_cell_];
  const bool in_accumulator = op == IrOp::i32_and_ai_w;
  if (!in_accumulator &&
      (op != IrOp::i32_and_si_w || mask.i.imm != static_cast<int16_t>(mask.i.imm))) {
    return false;
  }
  remove_last();
  Cell& cell = emit(form(when_nonzero ? IrOp::br_if_nonzero_and_si_forward
                                      : IrOp::br_if_zero_and_si_forward,
                         (in_accumulator ? forms::and_acc : forms::and_slot) +
                             (loop != nullptr ? 1 : 0)));
  if (in_accumulator) {
    cell.bra = {0, mask.i.imm};
  } else {
    cell.bri = {0, mask.i.a, static_cast<int16_t>(mask.i.imm)};
  }
  if (loop != nullptr) {
    set_distance(last_cell_, last_cell_, 0, loop->loop_start);
  } else {
    add_fixup(list, last_cell_, last_cell_, 0);
  }
  return true;
}

/// `slot += step; if (slot <compare> bound) continue the loop`: the comparison has just been taken
/// back, and the addition is the last operation.
bool Lowering::fuse_latch(Opcode opcode, const Cell& compare, bool immediate,
                          const Control& loop) {
  if (last_cell_ == none || last_cell_ < loop.loop_start) return false;
  const uint16_t slot = immediate ? compare.i.a : compare.r.a;
  if (slot == no_slot) return false;
  if (immediate && compare.i.imm != static_cast<int16_t>(compare.i.imm)) return false;
  const Cell add = cells_[last_cell_];
  const bool is_i64 = info(opcode).signature.param(0) == SignatureKind::i64;
  const IrOp op = op_of(last_cell_);
  uint32_t latch = immediate ? forms::latch_imm : forms::latch_slot;
  int16_t step = 0;
  if (op == (is_i64 ? IrOp::i64_add_si_w : IrOp::i32_add_si_w)) {
    step = static_cast<int16_t>(add.i.imm);
    if (add.i.d != slot || add.i.a != slot || add.i.imm != step) return false;
  } else if (!is_i64 && (op == IrOp::i32_add_ss_w || op == IrOp::i32_add_as_w)) {
    if (add.r.d != slot || (add.r.a != slot && add.r.b != slot) || add.r.a == no_slot) return false;
    latch += forms::latch_step;
    step = static_cast<int16_t>(add.r.a == slot ? add.r.b : add.r.a);
  } else {
    return false;
  }
  const int64_t distance = int64_t{loop.loop_start} - int64_t{last_cell_};
  if (distance != static_cast<int16_t>(distance)) return false;
  const IrOp base = comparison(opcode)->base;
  remove_last();
  emit(form(base, latch)).latch = {
      static_cast<int16_t>(distance), step, slot,
      immediate ? static_cast<uint16_t>(compare.i.imm) : compare.r.b};
  forget_slot(slot);
  return true;
}

/// `slot += k; if (slot) continue the loop`: a latch that compares with zero.
bool Lowering::fuse_countdown(const Operand& condition, bool when_nonzero, const Control& loop) {
  if (condition.kind != Operand::Kind::local || condition.type != valtype::i32) return false;
  Cell compare{};
  compare.i = {0, local_slots_[condition.local], 0};
  return fuse_latch(when_nonzero ? Opcode::i32_ne : Opcode::i32_eq, compare, true, loop);
}

void Lowering::branch_table(const Instruction& in) {
  Operand index = pop();
  const uint32_t count = in.label_table.count;
  const size_t carried = control(in.label_table.targets[count]).label().size();
  materialize_top(carried);
  keep_slots_written();
  if (index.kind == Operand::Kind::constant) materialize(index);
  const Source from = source(index);
  emit(from.in_accumulator ? IrOp::br_table_a : IrOp::br_table_s).table = {count, from.slot, 0};
  const uint32_t table = last_cell_;
  for (uint32_t i = 0; i < count + 1; i += 4) emit_data();
  const auto word_of = [&](uint32_t i) { return table + 1 + i / 4; };
  // Entries go straight to forward labels whose values are in place; others to a stub that moves
  // the values, or polls for interruption on the way back.
  for (uint32_t i = 0; i <= count; ++i) {
    Control& target = control(in.label_table.targets[i]);
    if (target.kind != BlockKind::loop && label_in_place(target)) {
      target.reached_end = true;
      add_fixup(target.label_fixups, table, word_of(i), i % 4);
      continue;
    }
    if (target.stub_table != table) {
      target.stub_table = table;
      target.table_stub = static_cast<uint32_t>(cells_.size());
      begin_block();
      move_to_label(target, false);
      if (target.kind == BlockKind::function) {
        emit(IrOp::ret);
      } else {
        jump(target);
      }
    }
    set_distance(table, word_of(i), i % 4, target.table_stub);
  }
  become_unreachable();
}

// --- Calls --------------------------------------------------------------------------------------

/// Brings the arguments into their slots and pops them. Returns where the callee's frame begins.
uint16_t Lowering::stage_arguments(const FuncType& type, uint32_t& arg_slots) {
  const size_t count = type.params.size();
  materialize_top(count);
  const uint16_t base =
      count == 0 ? static_cast<uint16_t>(next_slot()) : peek(count - 1).slot;
  arg_slots = next_slot() - base;
  truncate(stack_.size() - count);
  return base;
}

void Lowering::end_call(const FuncType& type) {
  last_cell_ = previous_cell_ = last_result_ = last_compare_ = negated_compare_ = none;
  forget_accumulators();
  end_fuel_block();
  push_slots(type.results);
}

void Lowering::call(uint32_t function, bool tail) {
  const FuncType& type = module_.func_type(FuncIndex{function});
  const bool imported = function < module_.imported_functions;
  const uint32_t index = imported ? function : function - module_.imported_functions;
  uint32_t arg_slots = 0;
  const uint16_t base = stage_arguments(type, arg_slots);
  if (tail) {
    emit(imported ? IrOp::return_call_import : IrOp::return_call).call = {
        index, base, static_cast<uint16_t>(arg_slots)};
    become_unreachable();
    return;
  }
  emit(imported ? IrOp::call_import : IrOp::call).call = {index, base,
                                                          static_cast<uint16_t>(arg_slots)};
  record_references(base);
  end_call(type);
}

void Lowering::call_indirect(uint32_t type_index, uint32_t table, bool tail) {
  const FuncType& type = module_.types[type_index].func;
  Operand element = pop();
  // A constant comes to its canonical slot, above the arguments, before they are staged.
  const uint16_t element_slot = slot_of(element);
  uint32_t arg_slots = 0;
  const uint16_t base = stage_arguments(type, arg_slots);
  max_slots_ = std::max(max_slots_, base + arg_slots + 1);
  emit(tail ? IrOp::return_call_indirect : IrOp::call_indirect_s).call_indirect = {type_index, base,
                                                                                  element_slot};
  const uint32_t cell = last_cell_;
  DataCell& data = emit_data();
  data.u32[0] = table;
  data.u32[1] = arg_slots;
  if (tail) {
    become_unreachable();
    return;
  }
  last_cell_ = cell;
  record_references(base);
  end_call(type);
}

void Lowering::call_ref(uint32_t type_index, bool tail) {
  const FuncType& type = module_.types[type_index].func;
  Operand reference = pop();
  const uint16_t slot = slot_of(reference);
  uint32_t arg_slots = 0;
  const uint16_t base = stage_arguments(type, arg_slots);
  emit(tail ? IrOp::return_call_ref : IrOp::call_ref).r = {base, slot,
                                                           static_cast<uint16_t>(arg_slots), 0};
  if (tail) {
    become_unreachable();
    return;
  }
  record_references(base);
  end_call(type);
}

bool Lowering::may_be_object(ValType type) const {
  return zwasm::may_be_object(type,
                              [this](TypeIndex index) { return module_.types[raw(index)].kind; });
}

/// Adds a slot to the map that begins at `start`, behind its others.
void Lowering::add_slot(Vector<SlotRange>& map, size_t start, uint16_t slot) {
  if (map.size() > start && map.back().first + map.back().count == slot) {
    ++map.back().count;
  } else {
    map.push_back({slot, 1});
  }
}

/// Whether the options name the cell of a safepoint, or its data. For ascending cells.
bool Lowering::must_record(uint32_t cell) {
  const std::span<const uint32_t> named = options_.recorded_cells;
  while (next_recorded_ < named.size() && named[next_recorded_] < cell) ++next_recorded_;
  return next_recorded_ < named.size() &&
         named[next_recorded_] <= cell + data_cells(cells_[cell], op_of(cell));
}

/// The call emitted last is a safepoint: notes which operands below the callee's frame hold
/// references. Those that still stand for a local or a constant occupy no slot of their own.
void Lowering::record_references(uint32_t callee_base) {
  if (options_.record != Record::references) return;
  // Many calls in large frames would take memory and time by their product.
  if (!must_record(last_cell_) && maps_.size() > max_recorded_ranges) {
    map_starts_[last_cell_] = not_recorded;
    return;
  }
  if (!maps_.try_grow(1 + stack_.size())) {
    map_starts_[last_cell_] = not_recorded;
    out_of_memory_ = true;
    return;
  }
  const size_t start = maps_.size();
  maps_.push_back({0, 0});
  for (const Operand& operand : stack_.span()) {
    if (operand.kind == Operand::Kind::slot && may_be_object(operand.type) &&
        operand.slot < callee_base) {
      add_slot(maps_, start + 1, operand.slot);
    }
  }
  maps_[start].count = static_cast<uint16_t>(maps_.size() - start - 1);
  map_starts_[last_cell_] = static_cast<uint32_t>(start);
}

}  // namespace zwasm
