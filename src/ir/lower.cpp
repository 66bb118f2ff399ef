#include "ir/lower.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "ir/rows.hpp"
#include "runtime/frame.hpp"

namespace zwasm {
namespace {

/// Cells that one byte of a body can become at most: a one-byte `br_table` label may need a stub of
/// three cells, every other instruction stays below that per byte.
constexpr size_t max_cells_per_byte = 4;

/// What an instruction costs in fuel: nothing for those that only structure the code.
constexpr auto fuel_costs = [] {
  std::array<uint8_t, opcode_count> costs{};
  costs.fill(1);
#define FREE(name) costs[static_cast<size_t>(Opcode::name)] = 0;
#include "wasm/opcodes.def"
  return costs;
}();

Cell data_free_copy(const Cell& cell, HandlerTable table) {
  Cell linked = cell;
  linked.handler = table[static_cast<IrOp>(reinterpret_cast<uintptr_t>(cell.handler))];
  return linked;
}

}  // namespace

Lowering::Lowering(const Module& module, Allocator& allocator)
    : module_(module),
      reader_(allocator),
      cells_(allocator),
      stack_(allocator),
      controls_(allocator),
      fixups_(allocator),
      clauses_(allocator),
      handlers_(allocator),
      local_slots_(allocator),
      local_types_(allocator),
      local_reads_(allocator),
      positions_(allocator),
      map_starts_(allocator),
      maps_(allocator),
      local_map_(allocator) {}

Status Lowering::lower(FuncIndex function, const LoweringOptions& options) {
  options_ = options;
  cells_.clear();
  stack_.clear();
  controls_.clear();
  fixups_.clear();
  clauses_.clear();
  handlers_.clear();
  local_slots_.clear();
  local_types_.clear();
  local_reads_.clear();
  positions_.clear();
  map_starts_.clear();
  maps_.clear();
  local_map_.clear();
  const Code& code = module_.code(function);
  const size_t locals = module_.func_type(function).params.size() + code.local_count;
  const size_t bytes = code.body.bytes.size();
  // With room for the worst case, nothing below can fail for want of memory.
  if (!cells_.try_reserve(bytes * max_cells_per_byte + 16) || !stack_.try_reserve(bytes + 1) ||
      !controls_.try_reserve(bytes + 1) || !fixups_.try_reserve(bytes + 1) ||
      !local_slots_.try_reserve(locals) || !local_types_.try_reserve(locals) ||
      !local_reads_.try_reserve(locals)) {
    return make_trap(TrapKind::out_of_memory);
  }
  return run(function);
}

Status Lowering::run(FuncIndex function) {
  const Code& code = module_.code(function);
  type_ = &module_.func_type(function);
  uint32_t slot = 0;
  const auto add_local = [&](ValType type) {
    local_slots_.push_back(static_cast<uint16_t>(slot));
    local_types_.push_back(type);
    local_reads_.push_back(none);
    slot += type.slots();
  };
  for (const ValType type : type_->params) add_local(type);
  const uint32_t param_slots = slot;
  for (const LocalRun& locals : code.locals) {
    for (uint32_t i = 0; i < locals.count; ++i) add_local(locals.type);
  }
  const uint32_t local_slots = slot;
  if (options_.record == Record::references) {
    for (size_t i = 0; i < local_types_.size(); ++i) {
      if (may_be_object(local_types_[i])) add_slot(local_map_, 0, local_slots_[i]);
    }
  }
  first_operand_slot_ = std::max(local_slots, min_frame_advance);
  uint32_t result_slots = 0;
  for (const ValType type : type_->results) result_slots += type.slots();
  max_slots_ = std::max(first_operand_slot_, result_slots);
  unreachable_ = false;
  unreachable_depth_ = 0;
  flushed_ = 0;
  zero_cell_ = none;
  offset_ = code.body.offset;

  begin_block();
  emit(IrOp::enter).enter = {0, raw(function)};
  begin_block();
  if (local_slots > param_slots) {
    emit(IrOp::zero).r = {static_cast<uint16_t>(param_slots),
                          static_cast<uint16_t>(local_slots - param_slots), 0, 0};
    zero_cell_ = last_cell_;
  }
  Control& body = controls_.emplace_back();
  body.kind = BlockKind::function;
  body.type = type_;
  body.base_slot = static_cast<uint16_t>(first_operand_slot_);
  body.label_fixups = body.else_fixup = body.table_stub = body.stub_table = none;
  body.delegate_fixups = none;

  reader_.reset(code.body, options_.features);
  Instruction in;
  while (!controls_.empty()) {
    if (!reader_.next(in)) return reader_.take_error();
    offset_ = in.offset;
    if (unreachable_ && skip_unreachable(in)) continue;
    ZWASM_CHECK(instruction(in));
  }
  if (max_slots_ > no_slot) {
    return make_error(ErrorKind::unsupported, code.body.offset,
                      "frame too large: more than %u slots", unsigned{no_slot});
  }
  cells_[0].enter.frame_bytes = static_cast<uint32_t>(max_slots_ * sizeof(Slot));
  return {};
}

void Lowering::link(Cell* destination, HandlerTable table) const {
  for (size_t i = 0; i < cells_.size();) {
    const Cell& cell = cells_[i];
    const size_t data = data_cells(cell, op_of(static_cast<uint32_t>(i)));
    destination[i] = data_free_copy(cell, table);
    std::memcpy(static_cast<void*>(destination + i + 1), &cells_[0] + i + 1, data * sizeof(Cell));
    i += 1 + data;
  }
}

void Lowering::trim() {
  constexpr size_t kept_cells = 4096;
  // What has been reserved but not written takes no memory.
  if (cells_.size() <= kept_cells) return;
  cells_ = Vector<Cell>(cells_.allocator());
  stack_ = Vector<Operand>(stack_.allocator());
  controls_ = Vector<Control>(controls_.allocator());
  fixups_ = Vector<Fixup>(fixups_.allocator());
}

uint32_t Lowering::position(size_t cell) const { return positions_[cell]; }

std::span<const SlotRange> Lowering::operand_reference_slots(size_t cell) const {
  if (!knows_references(cell)) return {};
  const uint32_t start = map_starts_[cell];
  return maps_.span().subspan(start + 1, maps_[start].count);
}

bool Lowering::skip_unreachable(const Instruction& in) {
  if (info(in.opcode).immediate == Immediate::block_type || in.opcode == Opcode::try_table) {
    ++unreachable_depth_;
    return true;
  }
  if (in.opcode == Opcode::end || in.opcode == Opcode::delegate) {
    if (unreachable_depth_ == 0) return false;
    --unreachable_depth_;
    return true;
  }
  const bool begins_arm = in.opcode == Opcode::else_ || in.opcode == Opcode::catch_ ||
                          in.opcode == Opcode::catch_all;
  return !(begins_arm && unreachable_depth_ == 0);
}

// --- Emission -----------------------------------------------------------------------------------

/// Of the cell added last.
void Lowering::record_position() {
  if (options_.record != Record::nothing) positions_.push_back(offset_);
  if (options_.record == Record::references) map_starts_.push_back(none);
}

Cell& Lowering::emit(IrOp op) {
  previous_cell_ = last_cell_;
  last_cell_ = static_cast<uint32_t>(cells_.size());
  last_result_ = none;
  last_compare_ = none;
  Cell& cell = cells_.emplace_back();
  cell.handler = reinterpret_cast<const void*>(static_cast<uintptr_t>(op));
  cell.r = {0, 0, 0, 0};
  record_position();
  return cell;
}

DataCell& Lowering::emit_data() {
  Cell& cell = cells_.emplace_back();
  record_position();
  auto& data = reinterpret_cast<DataCell&>(cell);
  data.u64[0] = data.u64[1] = 0;
  return data;
}

void Lowering::begin_block() {
  last_cell_ = previous_cell_ = last_result_ = last_compare_ = negated_compare_ = none;
  forget_accumulators();
  end_fuel_block();
}

IrOp Lowering::op_of(uint32_t cell) const {
  return static_cast<IrOp>(reinterpret_cast<uintptr_t>(cells_[cell].handler));
}

void Lowering::set_op(uint32_t cell, IrOp op) {
  cells_[cell].handler = reinterpret_cast<const void*>(static_cast<uintptr_t>(op));
}

/// Takes back the operation emitted last, which has no data. What is known of accumulators stays,
/// so the caller must have been its only reader.
void Lowering::remove_last() {
  cells_.pop_back();
  if (options_.record != Record::nothing) positions_.pop_back();
  if (options_.record == Record::references) map_starts_.pop_back();
  for (Accumulator& known : accs_) {
    if (known.cell == last_cell_) known = {};
  }
  last_cell_ = previous_cell_;
  previous_cell_ = last_result_ = last_compare_ = negated_compare_ = none;
}

void Lowering::charge(Opcode opcode) {
  const uint8_t cost = fuel_costs[static_cast<size_t>(opcode)];
  if (cost == 0) return;
  if (fuel_cell_ == none) {
    emit(IrOp::fuel);
    fuel_cell_ = last_cell_;
  }
  cells_[fuel_cell_].i.imm += cost;
}

// --- Symbolic stack -----------------------------------------------------------------------------

uint32_t Lowering::next_slot() const {
  return stack_.empty() ? first_operand_slot_ : stack_.back().slot + stack_.back().type.slots();
}

Lowering::Operand& Lowering::push(ValType type, Operand::Kind kind) {
  const uint32_t slot = next_slot();
  max_slots_ = std::max(max_slots_, slot + type.slots());
  return stack_.emplace_back(Operand{kind, 0, 0, static_cast<uint16_t>(slot), type, none, none,
                                     {none, none}, 0});
}

void Lowering::push_slots(std::span<const ValType> types) {
  for (const ValType type : types) push(type, Operand::Kind::slot);
}

/// The operand, on top of the stack, reads its local (0) or index (1).
void Lowering::link_read(Operand& operand, uint32_t which) {
  uint32_t& list = local_reads_[which == 0 ? operand.local : operand.index];
  operand.next_read[which] = list;
  operand.linked |= static_cast<uint8_t>(1u << which);
  list = static_cast<uint32_t>((stack_.size() - 1) * 2 + which);
}

void Lowering::push_local(uint32_t local) {
  Operand& operand = push(local_types_[local], Operand::Kind::local);
  operand.local = local;
  link_read(operand, 0);
}

void Lowering::push_constant(ValType type, uint64_t bits) {
  push(type, Operand::Kind::constant).bits = bits;
}

Lowering::Operand Lowering::pop_any() {
  Operand operand = stack_.back();
  stack_.pop_back();
  // The entry was on top, and so are its reads in their lists, the later one first.
  if ((operand.linked & 2) != 0) local_reads_[operand.index] = operand.next_read[1];
  if ((operand.linked & 1) != 0) local_reads_[operand.local] = operand.next_read[0];
  operand.linked = 0;
  flushed_ = std::min(flushed_, static_cast<uint32_t>(stack_.size()));
  return operand;
}

Lowering::Operand Lowering::pop() {
  Operand operand = pop_any();
  if (operand.kind == Operand::Kind::sum) materialize(operand);
  return operand;
}

void Lowering::truncate(size_t height) {
  while (stack_.size() > height) pop_any();
}

/// Brings an operand into its canonical slot. On the stack it stays in the lists of reads until it
/// is popped or the local is written.
void Lowering::materialize(Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::slot:
      return;
    case Operand::Kind::local:
      emit_copy(operand.slot, local_slots_[operand.local], operand.type);
      break;
    case Operand::Kind::constant:
      emit_constant(operand.slot, operand.type, operand.bits);
      break;
    case Operand::Kind::sum:
      emit_sum(operand, operand.slot);
      acc(operand.type).cell = last_cell_;
      break;
  }
  operand.kind = Operand::Kind::slot;
}

void Lowering::materialize_top(size_t count) {
  for (size_t depth = 0; depth < count; ++depth) materialize(peek(depth));
}

/// Before a local changes: operands that still mean its old value are copied.
void Lowering::materialize_reads(uint32_t local) {
  uint32_t read = local_reads_[local];
  local_reads_[local] = none;
  while (read != none) {
    Operand& operand = stack_[read / 2];
    operand.linked &= static_cast<uint8_t>(~(1u << read % 2));
    read = operand.next_read[read % 2];
    if (operand.kind != Operand::Kind::slot) materialize(operand);
  }
}

/// Before control flow splits: no operand may depend on a local, which one path could change.
void Lowering::flush_locals() {
  for (size_t i = stack_.size(); i > flushed_; --i) {
    const Operand::Kind kind = stack_[i - 1].kind;
    if (kind == Operand::Kind::local || kind == Operand::Kind::sum) materialize(stack_[i - 1]);
  }
  flushed_ = static_cast<uint32_t>(stack_.size());
}

// --- Operands and results -----------------------------------------------------------------------

Lowering::AccKind Lowering::acc_kind(ValType type) {
  return type == valtype::f32   ? AccKind::f32
         : type == valtype::f64 ? AccKind::f64
                                : AccKind::integer;
}

void Lowering::forget_accumulators() {
  for (Accumulator& known : accs_) known = {};
}

void Lowering::keep_slots_written() {
  for (Accumulator& known : accs_) known.cell = none;
}

void Lowering::forget_slot(uint32_t slot) {
  for (Accumulator& known : accs_) {
    if (known.slot == slot) known = {};
  }
}

/// Where an operand can be read; it must not be a constant or a sum. If the accumulator of its type
/// holds it and nothing else needs the slot, the operation that produced it stops writing the slot;
/// so nothing may be emitted between this call and the reader.
Lowering::Source Lowering::source(const Operand& operand) {
  const uint16_t slot =
      operand.kind == Operand::Kind::local ? local_slots_[operand.local] : operand.slot;
  Accumulator& known = acc(operand.type);
  if (known.slot != slot || operand.type == valtype::v128) return {false, slot};
  if (operand.kind == Operand::Kind::slot && known.cell != none) {
    set_op(known.cell, form(op_of(known.cell), forms::accumulator_only));
    if (last_result_ == known.cell) last_result_ = none;
    known = {};
    return {true, no_slot};
  }
  return {true, slot};
}

/// The slot to read an operand from, after bringing a constant there.
uint16_t Lowering::slot_of(Operand& operand) {
  if (operand.kind == Operand::Kind::local) return local_slots_[operand.local];
  materialize(operand);
  return operand.slot;
}

/// Pushes the result of `cell`, the operation emitted last, which writes it to its first slot
/// field.
void Lowering::set_result(Cell& cell, ValType type, bool accumulates, bool has_accumulator_form) {
  const Operand& operand = push(type, Operand::Kind::slot);
  cell.r.d = operand.slot;
  forget_slot(operand.slot);
  if (type.slots() == 2) forget_slot(operand.slot + 1u);
  last_result_ = last_cell_;
  if (accumulates) acc(type) = {operand.slot, has_accumulator_form ? last_cell_ : none};
}

bool Lowering::produced_last(const Operand& operand) const {
  return operand.kind == Operand::Kind::slot && last_result_ != none &&
         cells_[last_result_].r.d == operand.slot;
}

void Lowering::emit_constant(uint16_t slot, ValType type, uint64_t bits) {
  if (bits == static_cast<uint32_t>(bits)) {
    emit(IrOp::const_u32).i = {slot, 0, static_cast<int32_t>(static_cast<uint32_t>(bits))};
  } else if (fits_int32(static_cast<int64_t>(bits))) {
    emit(IrOp::const_s32).i = {slot, 0, static_cast<int32_t>(bits)};
  } else {
    emit(IrOp::const_u64).i = {slot, 0, 0};
    emit_data().u64[0] = bits;
  }
  forget_slot(slot);
  // All of them leave the value in the integer accumulator.
  accs_[static_cast<size_t>(AccKind::integer)] = {};
  if (acc_kind(type) == AccKind::integer) acc(type) = {slot, none};
}

void Lowering::emit_copy(uint16_t to, uint16_t from, ValType type) {
  forget_slot(to);
  if (type == valtype::v128) {
    forget_slot(to + 1u);
    emit(IrOp::copy_v128).r = {to, from, 0, 0};
  } else if (last_cell_ != none && op_of(last_cell_) == IrOp::copy) {
    set_op(last_cell_, IrOp::copy2);
    cells_[last_cell_].r.b = to;
    cells_[last_cell_].r.c = from;
    last_result_ = none;
  } else if (last_cell_ != none && op_of(last_cell_) == IrOp::i32_add_si_w &&
             cells_[last_cell_].i.d == from && cells_[last_cell_].i.a == to) {
    // The old value of a counter that has just been advanced is not needed any more.
    set_op(last_cell_, IrOp::i32_step);
    keep_slots_written();
    last_result_ = none;
  } else {
    // From the accumulator if it holds the value: the slot was probably written just before.
    IrOp op = IrOp::copy;
    if (acc(type).slot == from) {
      switch (acc_kind(type)) {
        case AccKind::integer: op = IrOp::write_a; break;
        case AccKind::f32: op = IrOp::write_f32; break;
        case AccKind::f64: op = IrOp::write_f64; break;
      }
    }
    emit(op).r = {to, from, 0, 0};
    last_result_ = last_cell_;
  }
}

/// Computes a sum into a slot, which the accumulator then also holds.
void Lowering::emit_sum(const Operand& sum, uint16_t to) {
  const uint32_t known = acc(valtype::i32).slot;
  const auto constant = static_cast<int32_t>(sum.bits);
  const uint16_t base = sum.local != none ? local_slots_[sum.local] : no_slot;
  if (sum.index == none) {
    emit(base == known ? IrOp::i32_add_ai_w : IrOp::i32_add_si_w).i = {to, base, constant};
  } else {
    const uint16_t index = local_slots_[sum.index];
    if (base == no_slot) {
      emit(index == known ? IrOp::i32_shl_ai_w : IrOp::i32_shl_si_w).i = {to, index, sum.shift};
    } else if (sum.shift != 0) {
      emit(index == known ? IrOp::i32_mul_add_ais_w : IrOp::i32_mul_add_sis_w).r = {
          to, index, static_cast<uint16_t>(1u << sum.shift), base};
    } else if (index == known) {
      emit(IrOp::i32_add_as_w).r = {to, index, base, 0};
    } else {
      emit(base == known ? IrOp::i32_add_as_w : IrOp::i32_add_ss_w).r = {to, base, index, 0};
    }
    if (constant != 0) {
      set_op(last_cell_, form(op_of(last_cell_), forms::accumulator_only));
      emit(IrOp::i32_add_ai_w).i = {to, no_slot, constant};
    }
  }
  forget_slot(to);
  acc(valtype::i32) = {to, none};
  last_result_ = last_cell_;
}

/// Writes an operand, popped or about to be, to a slot. `may_redirect`: its own slot is not needed
/// any more, so the operation that made it can write there at once.
void Lowering::move_operand(Operand& operand, uint16_t to, bool may_redirect) {
  switch (operand.kind) {
    case Operand::Kind::constant:
      emit_constant(to, operand.type, operand.bits);
      return;
    case Operand::Kind::local:
      if (local_slots_[operand.local] != to) {
        emit_copy(to, local_slots_[operand.local], operand.type);
      }
      return;
    case Operand::Kind::sum:
      emit_sum(operand, to);
      return;
    case Operand::Kind::slot:
      break;
  }
  if (operand.slot == to) return;
  if (may_redirect && produced_last(operand)) {
    cells_[last_result_].r.d = to;
    for (Accumulator& known : accs_) {
      if (known.slot == to) known = {};
    }
    for (Accumulator& known : accs_) {
      if (known.slot == operand.slot) known = {to, none};
    }
    return;
  }
  emit_copy(to, operand.slot, operand.type);
}

// --- Instructions by shape ----------------------------------------------------------------------

void Lowering::simd(IrOp op, size_t operands, ValType result_type, const uint8_t* lanes) {
  uint16_t slots[3] = {};
  for (size_t i = operands; i-- > 0;) {
    Operand operand = pop();
    slots[i] = slot_of(operand);
  }
  emit(op).r = {0, slots[0], slots[1], slots[2]};
  const uint32_t cell = last_cell_;
  if (lanes != nullptr) {
    std::memcpy(emit_data().bytes, lanes, 16);
    last_cell_ = cell;
  }
  set_result(cells_[cell], result_type, result_type != valtype::v128, false);
}

void Lowering::simd_lane(IrOp op, size_t operands, ValType result_type, uint8_t lane) {
  uint16_t slots[2] = {};
  for (size_t i = operands; i-- > 0;) {
    Operand operand = pop();
    slots[i] = slot_of(operand);
  }
  Cell& cell = emit(op);
  cell.r = {0, slots[0], 0, 0};
  (operands == 1 ? cell.r.b : cell.r.c) = lane;
  if (operands == 2) cell.r.b = slots[1];
  set_result(cell, result_type, result_type != valtype::v128, false);
}

void Lowering::wide(IrOp op, size_t operands) {
  materialize_top(operands);
  const uint16_t base = peek(operands - 1).slot;
  truncate(stack_.size() - operands);
  emit(op).r = {base, base, 0, 0};
  forget_accumulators();
  push(valtype::i64, Operand::Kind::slot);
  push(valtype::i64, Operand::Kind::slot);
}

void Lowering::select() {
  Operand condition = pop();
  Operand b = pop();
  Operand a = pop();
  const ValType type = a.type;
  const auto is_immediate = [&](const Operand& operand) {
    return operand.kind == Operand::Kind::constant && type == valtype::i32 &&
           fits_int16(static_cast<int32_t>(operand.bits));
  };
  const bool first_immediate = is_immediate(a), second_immediate = is_immediate(b);
  const uint16_t first = first_immediate ? static_cast<uint16_t>(a.bits) : slot_of(a);
  const uint16_t second = second_immediate ? static_cast<uint16_t>(b.bits) : slot_of(b);
  if (condition.kind == Operand::Kind::constant) materialize(condition);
  if (type == valtype::v128) {
    const uint16_t condition_slot = slot_of(condition);
    Cell& cell = emit(IrOp::select_v128);
    cell.r = {0, first, second, condition_slot};
    set_result(cell, type, false, false);
    return;
  }
  const Source from = source(condition);
  const uint32_t distance = (first_immediate ? forms::select_first_imm : forms::select_slots) +
                            (second_immediate ? forms::select_second_imm : forms::select_slots);
  Cell& cell = emit(form(IrOp::select_s, distance + (from.in_accumulator ? 1 : 0)));
  cell.r = {0, first, second, from.slot};
  set_result(cell, type, false, false);
}

/// The local gets a value: if nothing but the initialization of locals has happened yet, it need
/// not be part of that.
void Lowering::skip_initialization(uint32_t local, const Operand& value) {
  if (last_cell_ == none || last_cell_ != zero_cell_ || op_of(zero_cell_) != IrOp::zero) return;
  const bool reads_itself =
      (value.kind == Operand::Kind::local || value.kind == Operand::Kind::sum) &&
      (value.local == local || value.index == local);
  if (reads_itself) return;
  Cell::R& zeroed = cells_[zero_cell_].r;
  const uint32_t slots = local_types_[local].slots();
  if (local_slots_[local] == zeroed.d) {
    zeroed.d = static_cast<uint16_t>(zeroed.d + slots);
  } else if (local_slots_[local] + slots != uint32_t{zeroed.d} + zeroed.a) {
    return;
  }
  zeroed.a = static_cast<uint16_t>(zeroed.a - slots);
  if (zeroed.a == 0) remove_last();
}

void Lowering::local_set(uint32_t local) {
  Operand value = pop_any();
  materialize_reads(local);
  skip_initialization(local, value);
  const uint16_t slot = local_slots_[local];
  move_operand(value, slot, true);
}

void Lowering::global_get(uint32_t index) {
  const ValType type = module_.globals[index].type.type;
  const bool imported = index < module_.imported_globals;
  const uint32_t number = imported ? index : index - module_.imported_globals;
  const bool vector = type == valtype::v128;
  const IrOp op = imported ? vector ? IrOp::global_get_imported_v128 : IrOp::global_get_imported
                  : vector ? IrOp::global_get_v128
                           : IrOp::global_get_w;
  Cell& cell = emit(op);
  cell.i = {0, 0, static_cast<int32_t>(number)};
  const bool accumulates = op == IrOp::global_get_w;
  if (accumulates) accs_[static_cast<size_t>(AccKind::integer)] = {};
  set_result(cell, type, accumulates && acc_kind(type) == AccKind::integer, true);
}

void Lowering::global_set(uint32_t index) {
  Operand value = pop();
  const bool imported = index < module_.imported_globals;
  const auto number =
      static_cast<int32_t>(imported ? index : index - module_.imported_globals);
  if (value.type == valtype::v128) {
    const uint16_t slot = slot_of(value);
    emit(imported ? IrOp::global_set_imported_v128 : IrOp::global_set_v128).i = {0, slot, number};
    return;
  }
  if (value.kind == Operand::Kind::constant) materialize(value);
  if (!imported && acc_kind(value.type) == AccKind::integer) {
    const Source from = source(value);
    if (from.in_accumulator) {
      emit(IrOp::global_set_a).i = {0, from.slot, number};
      return;
    }
  }
  const uint16_t slot = slot_of(value);
  emit(imported ? IrOp::global_set_imported : IrOp::global_set_s).i = {0, slot, number};
}

void Lowering::table_get(uint32_t index) {
  Operand element = pop();
  const uint16_t slot = slot_of(element);
  Cell& cell = emit(IrOp::table_get);
  cell.i = {0, slot, static_cast<int32_t>(index)};
  forget_accumulators();
  set_result(cell, module_.tables[index].type.element, false, false);
}

void Lowering::table_set(uint32_t index) {
  Operand value = pop();
  Operand element = pop();
  const uint16_t value_slot = slot_of(value);
  const uint16_t element_slot = slot_of(element);
  emit(IrOp::table_set).i = {value_slot, element_slot, static_cast<int32_t>(index)};
  forget_accumulators();
}

void Lowering::builtin(Builtin number, size_t operands, ValType result, uint32_t first,
                       uint32_t second) {
  materialize_top(operands);
  const uint16_t base =
      operands == 0 ? static_cast<uint16_t>(next_slot()) : peek(operands - 1).slot;
  truncate(stack_.size() - operands);
  const auto code = static_cast<uint16_t>(number);
  if (first <= 0xFFFF && second <= 0xFFFF) {
    emit(IrOp::builtin).r = {base, code, static_cast<uint16_t>(first),
                             static_cast<uint16_t>(second)};
  } else {
    emit(IrOp::builtin_wide).r = {base, code, 0, 0};
    DataCell& data = emit_data();
    data.u32[0] = first;
    data.u32[1] = second;
  }
  last_cell_ = last_result_ = none;
  forget_accumulators();
  if (!result.is_bottom()) push(result, Operand::Kind::slot);
}

Status Lowering::instruction(const Instruction& in) {
  if (options_.metered) charge(in.opcode);
  const auto address_type = [&](uint32_t memory) {
    return to_valtype(module_.memories[memory].address);
  };
  const auto table_address = [&](uint32_t table) {
    return to_valtype(module_.tables[table].type.address);
  };
  switch (in.opcode) {
#define INT_BINARY(code, name, text, type, feature)                 \
  case Opcode::name:                                                \
    binary(IrOp::name##_ss_w, Opcode::name, valtype::type);         \
    return {};
#define INT_DIVIDE INT_BINARY
#define FLOAT_BINARY INT_BINARY
#define INT_COMPARE(code, name, text, type, feature)                \
  case Opcode::name:                                                \
    compare(IrOp::name##_ss_w, Opcode::name, valtype::type);        \
    return {};
#define FLOAT_COMPARE INT_COMPARE
#define INT_TEST(code, name, text, type, feature)                   \
  case Opcode::name:                                                \
    test_zero(Opcode::name, IrOp::name##_s_w);                      \
    return {};
#define INT_UNARY(code, name, text, type, feature)                  \
  case Opcode::name:                                                \
    unary(IrOp::name##_s_w, Opcode::name, valtype::type);           \
    return {};
#define FLOAT_UNARY INT_UNARY
#define CONVERT(code, name, text, to, from, feature)                \
  case Opcode::name:                                                \
    unary(IrOp::name##_s_w, Opcode::name, valtype::to);             \
    return {};
#define LOAD(code, name, text, type, access, feature)                                     \
  case Opcode::name:                                                                      \
    load(IrOp::name##_s_w_guard, IrOp::name##_any, in.memory.memarg, valtype::type,       \
         access_log2::access);                                                            \
    return {};
#define STORE(code, name, text, type, access, feature)                                    \
  case Opcode::name:                                                                      \
    store(IrOp::name##_ss_guard, IrOp::name##_any, in.memory.memarg, valtype::type,       \
          access_log2::access);                                                           \
    return {};
#define SIMD_UNARY(code, name, text, feature) \
  case Opcode::name:                          \
    simd(IrOp::name, 1, valtype::v128, nullptr); \
    return {};
#define SIMD_BINARY(code, name, text, feature) \
  case Opcode::name:                           \
    simd(IrOp::name, 2, valtype::v128, nullptr); \
    return {};
#define SIMD_SHIFT SIMD_BINARY
#define SIMD_TERNARY(code, name, text, feature) \
  case Opcode::name:                            \
    simd(IrOp::name, 3, valtype::v128, nullptr); \
    return {};
#define SIMD_TEST(code, name, text, feature) \
  case Opcode::name:                         \
    simd(IrOp::name, 1, valtype::i32, nullptr); \
    return {};
#define SIMD_SHUFFLE(code, name, text, feature) \
  case Opcode::name:                            \
    simd(IrOp::name, 2, valtype::v128, in.v128); \
    return {};
#define SIMD_SPLAT(code, name, text, type, feature) \
  case Opcode::name:                                \
    simd(IrOp::name, 1, valtype::v128, nullptr);    \
    return {};
#define SIMD_EXTRACT(code, name, text, type, feature)           \
  case Opcode::name:                                            \
    simd_lane(IrOp::name, 1, valtype::type, in.memory.lane);    \
    return {};
#define SIMD_REPLACE(code, name, text, type, feature)           \
  case Opcode::name:                                            \
    simd_lane(IrOp::name, 2, valtype::v128, in.memory.lane);    \
    return {};
#define SIMD_LOAD(code, name, text, access, feature)            \
  case Opcode::name:                                            \
    simd_memory(IrOp::name##_guard, false, in.memory.memarg);   \
    return {};
#define SIMD_STORE(code, name, text, access, feature)           \
  case Opcode::name:                                            \
    simd_memory(IrOp::name##_guard, true, in.memory.memarg);    \
    return {};
#define SIMD_LOAD_LANE(code, name, text, access, feature)                               \
  case Opcode::name:                                                                    \
    simd_lane_memory(IrOp::name##_any, false, in.memory.memarg, in.memory.lane);        \
    return {};
#define SIMD_STORE_LANE(code, name, text, access, feature)                              \
  case Opcode::name:                                                                    \
    simd_lane_memory(IrOp::name##_any, true, in.memory.memarg, in.memory.lane);         \
    return {};
#define WIDE(code, name, text, types, feature)                            \
  case Opcode::name:                                                      \
    wide(IrOp::name, info(Opcode::name).signature.param_count);           \
    return {};
#define ATOMIC_OP(code, name, text, types, access, feature)                             \
  case Opcode::name:                                                                     \
    atomic(IrOp::name, in.memory.memarg, info(Opcode::name).signature.param_count, valtype::i32); \
    return {};
#define ATOMIC_LOAD(code, name, text, type, access, feature)      \
  case Opcode::name:                                              \
    atomic(IrOp::name, in.memory.memarg, 1, valtype::type);       \
    return {};
#define ATOMIC_STORE(code, name, text, type, access, feature)     \
  case Opcode::name:                                              \
    atomic(IrOp::name, in.memory.memarg, 2, valtype::bottom);     \
    return {};
#define ATOMIC_RMW(code, name, text, type, access, operation, feature) \
  case Opcode::name:                                                   \
    atomic(IrOp::name, in.memory.memarg, 2, valtype::type);            \
    return {};
#define ATOMIC_CMPXCHG(code, name, text, type, access, feature)   \
  case Opcode::name:                                              \
    atomic(IrOp::name, in.memory.memarg, 3, valtype::type);       \
    return {};
#define CONST(code, name, text, type, feature)
#define CONTROL(code, name, text, immediate, feature)
#include "wasm/opcodes.def"
    case Opcode::atomic_fence:
      emit(IrOp::atomic_fence);
      return {};

    case Opcode::throw_:
      throw_(in.index);
      return {};
    case Opcode::throw_ref:
      throw_ref();
      return {};
    case Opcode::try_table:
      return try_table(in.try_table);
    case Opcode::try_:
      return try_(in.block_type);
    case Opcode::catch_:
      return catch_(in.index);
    case Opcode::catch_all:
      return catch_(ExceptionHandler::any_tag);
    case Opcode::delegate:
      return delegate(in.index);
    case Opcode::rethrow:
      rethrow(in.index);
      return {};

    case Opcode::struct_new:
      struct_new(in.index);
      return {};
    case Opcode::struct_new_default:
      allocate(Builtin::struct_new_default, 0, in.index, 0);
      return {};
    case Opcode::struct_get:
      struct_get(in.pair.first, in.pair.second, false);
      return {};
    case Opcode::struct_get_s:
      struct_get(in.pair.first, in.pair.second, true);
      return {};
    case Opcode::struct_get_u:
      struct_get(in.pair.first, in.pair.second, false);
      return {};
    case Opcode::struct_set:
      struct_set(in.pair.first, in.pair.second);
      return {};
    case Opcode::array_new:
      allocate(Builtin::array_new, 2, in.index, 0);
      return {};
    case Opcode::array_new_default:
      allocate(Builtin::array_new_default, 1, in.index, 0);
      return {};
    case Opcode::array_new_fixed:
      allocate(Builtin::array_new_fixed, in.pair.second, in.pair.first, in.pair.second);
      return {};
    case Opcode::array_new_data:
      allocate(Builtin::array_new_data, 2, in.pair.first, in.pair.second);
      return {};
    case Opcode::array_new_elem:
      allocate(Builtin::array_new_elem, 2, in.pair.first, in.pair.second);
      return {};
    case Opcode::array_get:
      array_get(in.index, false);
      return {};
    case Opcode::array_get_s:
      array_get(in.index, true);
      return {};
    case Opcode::array_get_u:
      array_get(in.index, false);
      return {};
    case Opcode::array_set:
      array_set(in.index);
      return {};
    case Opcode::array_len:
      unary_slot(IrOp::array_len, valtype::i32);
      return {};
    case Opcode::array_fill:
      builtin(Builtin::array_fill, 4, valtype::bottom, in.index, 0);
      return {};
    case Opcode::array_copy:
      builtin(Builtin::array_copy, 5, valtype::bottom, in.pair.first, in.pair.second);
      return {};
    case Opcode::array_init_data:
      builtin(Builtin::array_init_data, 4, valtype::bottom, in.pair.first, in.pair.second);
      return {};
    case Opcode::array_init_elem:
      builtin(Builtin::array_init_elem, 4, valtype::bottom, in.pair.first, in.pair.second);
      return {};
    case Opcode::ref_test:
    case Opcode::ref_test_null:
      ref_test(in.heap_type.type, in.heap_type.nullable);
      return {};
    case Opcode::ref_cast:
    case Opcode::ref_cast_null:
      ref_cast(in.heap_type.type, in.heap_type.nullable);
      return {};
    case Opcode::br_on_cast:
      branch_on_cast(in.cast_label, true);
      return {};
    case Opcode::br_on_cast_fail:
      branch_on_cast(in.cast_label, false);
      return {};
    case Opcode::any_convert_extern:
      convert_reference(AbstractHeapType::any);
      return {};
    case Opcode::extern_convert_any:
      convert_reference(AbstractHeapType::extern_);
      return {};
    case Opcode::ref_i31:
      unary_slot(IrOp::ref_i31, ValType::ref(AbstractHeapType::i31, false));
      return {};
    case Opcode::i31_get_s:
      unary_slot(IrOp::i31_get_s, valtype::i32);
      return {};
    case Opcode::i31_get_u:
      unary_slot(IrOp::i31_get_u, valtype::i32);
      return {};

    case Opcode::i32_const:
      push_constant(valtype::i32, static_cast<uint32_t>(in.i32));
      return {};
    case Opcode::i64_const:
      push_constant(valtype::i64, static_cast<uint64_t>(in.i64));
      return {};
    case Opcode::f32_const:
      push_constant(valtype::f32, in.f32_bits);
      return {};
    case Opcode::f64_const:
      push_constant(valtype::f64, in.f64_bits);
      return {};
    case Opcode::v128_const: {
      Cell& cell = emit(IrOp::const_v128);
      static_cast<void>(cell);
      const uint32_t index = last_cell_;
      std::memcpy(emit_data().bytes, in.v128, 16);
      last_cell_ = index;
      set_result(cells_[index], valtype::v128, false, false);
      return {};
    }
    case Opcode::unreachable:
      emit(IrOp::unreachable);
      become_unreachable();
      return {};
    case Opcode::nop:
      return {};
    case Opcode::block:
      block(BlockKind::block, in.block_type);
      return {};
    case Opcode::loop:
      block(BlockKind::loop, in.block_type);
      return {};
    case Opcode::if_:
      if_(in.block_type);
      return {};
    case Opcode::else_:
      else_();
      return {};
    case Opcode::end:
      end();
      return {};
    case Opcode::br:
      branch(in.index);
      return {};
    case Opcode::br_if:
      branch_if(in.index);
      return {};
    case Opcode::br_table:
      branch_table(in);
      return {};
    case Opcode::br_on_null:
      branch_on_null(in.index, true);
      return {};
    case Opcode::br_on_non_null:
      branch_on_null(in.index, false);
      return {};
    case Opcode::return_:
      branch(static_cast<uint32_t>(controls_.size() - 1));
      return {};
    case Opcode::call:
      call(in.index, false);
      return {};
    case Opcode::return_call:
      call(in.index, true);
      return {};
    case Opcode::call_indirect:
      call_indirect(in.pair.first, in.pair.second, false);
      return {};
    case Opcode::return_call_indirect:
      call_indirect(in.pair.first, in.pair.second, true);
      return {};
    case Opcode::call_ref:
      call_ref(in.index, false);
      return {};
    case Opcode::return_call_ref:
      call_ref(in.index, true);
      return {};
    case Opcode::drop:
      pop_any();
      return {};
    case Opcode::select:
    case Opcode::select_typed:
      select();
      return {};
    case Opcode::local_get:
      push_local(in.index);
      return {};
    case Opcode::local_set:
      local_set(in.index);
      return {};
    case Opcode::local_tee:
      local_set(in.index);
      push_local(in.index);
      return {};
    case Opcode::global_get:
      global_get(in.index);
      return {};
    case Opcode::global_set:
      global_set(in.index);
      return {};
    case Opcode::table_get:
      table_get(in.index);
      return {};
    case Opcode::table_set:
      table_set(in.index);
      return {};
    case Opcode::memory_size: {
      Cell& cell = emit(IrOp::memory_size);
      cell.i = {0, 0, static_cast<int32_t>(in.index)};
      set_result(cell, address_type(in.index), true, false);
      return {};
    }
    case Opcode::memory_grow:
      builtin(Builtin::memory_grow, 1, address_type(in.index), in.index, 0);
      return {};
    case Opcode::memory_fill:
      builtin(Builtin::memory_fill, 3, valtype::bottom, in.index, 0);
      return {};
    case Opcode::memory_copy:
      builtin(Builtin::memory_copy, 3, valtype::bottom, in.pair.first, in.pair.second);
      return {};
    case Opcode::memory_init:
      builtin(Builtin::memory_init, 3, valtype::bottom, in.pair.first, in.pair.second);
      return {};
    case Opcode::data_drop:
      builtin(Builtin::data_drop, 0, valtype::bottom, in.index, 0);
      return {};
    case Opcode::table_init:
      builtin(Builtin::table_init, 3, valtype::bottom, in.pair.first, in.pair.second);
      return {};
    case Opcode::elem_drop:
      builtin(Builtin::elem_drop, 0, valtype::bottom, in.index, 0);
      return {};
    case Opcode::table_copy:
      builtin(Builtin::table_copy, 3, valtype::bottom, in.pair.first, in.pair.second);
      return {};
    case Opcode::table_grow:
      builtin(Builtin::table_grow, 2, table_address(in.index), in.index, 0);
      return {};
    case Opcode::table_size:
      builtin(Builtin::table_size, 0, table_address(in.index), in.index, 0);
      return {};
    case Opcode::table_fill:
      builtin(Builtin::table_fill, 3, valtype::bottom, in.index, 0);
      return {};
    case Opcode::ref_null:
      push_constant(ValType::ref(in.heap_type.type, true), 0);
      return {};
    case Opcode::ref_is_null:
      test_zero(Opcode::i64_eqz, IrOp::i64_eqz_s_w);
      return {};
    case Opcode::ref_func: {
      Cell& cell = emit(IrOp::ref_func);
      cell.i = {0, 0, static_cast<int32_t>(in.index)};
      forget_accumulators();
      set_result(cell, ValType::ref(HeapType(module_.functions[in.index].type), false), false,
                 false);
      return {};
    }
    case Opcode::ref_eq:
      compare(IrOp::i64_eq_ss_w, Opcode::i64_eq, valtype::i64);
      return {};
    case Opcode::ref_as_non_null: {
      // The operand stays what it is; constants and locals are checked in their slot.
      Operand& operand = stack_.back();
      if (operand.kind == Operand::Kind::constant) materialize(operand);
      keep_slots_written();
      const uint16_t slot =
          operand.kind == Operand::Kind::local ? local_slots_[operand.local] : operand.slot;
      emit(IrOp::ref_as_non_null).r = {0, slot, 0, 0};
      return {};
    }
  }
  return {};
}

}  // namespace zwasm
