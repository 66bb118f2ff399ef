// Lowering of loads and stores.
#include "ir/lower.hpp"
#include "ir/rows.hpp"

namespace zwasm {

bool Lowering::is_direct_memory(const Memarg& memarg) const {
  if (raw(memarg.memory) != 0) return false;
  const MemoryType& type = module_.memories[0];
  return type.address == AddressType::i32 && type.page_size_log2 == 16;
}

void Lowering::memory_any(IrOp op, uint16_t value, uint16_t address, const Memarg& memarg) {
  emit(op).mem = {value, address, raw(memarg.memory)};
  const uint32_t cell = last_cell_;
  emit_data().u64[0] = memarg.offset;
  last_cell_ = cell;
}

/// Chooses how an access reads its address, which has been popped and may be on any of its ways
/// here: an addition emitted last is taken back. Except for a plain address, the caller must read
/// what is named here next: `may_keep_slots` says that it emits nothing before that.
Lowering::Address Lowering::address_of(const Operand& operand, const Memarg& memarg,
                                       uint32_t size_log2, bool is_load, bool may_keep_slots) {
  using Shape = Address::Shape;
  using Kind = Operand::Kind;
  const auto offset = static_cast<uint32_t>(memarg.offset);
  Address address{Shape::plain, false, 0, 0, offset, operand};
  if (operand.kind == Kind::constant) {
    if (options_.guard_pages && operand.bits + offset <= UINT32_MAX) {
      address.shape = Shape::absolute;
      address.offset = static_cast<uint32_t>(operand.bits + offset);
    }
    return address;
  }
  const uint32_t known = acc(valtype::i32).slot;
  if (operand.kind == Kind::sum) {
    const uint16_t base = operand.local != none ? local_slots_[operand.local] : no_slot;
    if (operand.index == none) {
      if (offset == 0) {
        address.shape = Shape::plus;
        address.in_accumulator = is_load && base == known;
        address.a = base;
        address.offset = static_cast<uint32_t>(operand.bits);
        return address;
      }
    } else if (base != no_slot && operand.bits == 0 && offset <= 0xFFFF &&
               (operand.shift == 0 || operand.shift == size_log2)) {
      address.shape = operand.shift == 0 ? Shape::sum : Shape::scaled;
      address.a = base;
      address.b = local_slots_[operand.index];
      return address;
    }
    // Something has to be computed; of two locals and a constant, what comes of the locals.
    const bool adds_constant = operand.index != none && operand.bits != 0 && offset == 0;
    if (adds_constant) {
      address.shape = Shape::plus;
      address.a = operand.slot;
      address.offset = static_cast<uint32_t>(operand.bits);
      address.operand.bits = 0;
    }
    materialize(address.operand);
    if (adds_constant && is_load) {
      const Source from = source(address.operand);
      address.in_accumulator = from.in_accumulator;
      address.a = from.slot;
    }
    return address;
  }
  if (!produced_last(operand)) return address;
  const IrOp op = op_of(last_cell_);
  const Cell add = cells_[last_cell_];
  const auto take_back = [&](Shape shape, uint16_t a, uint16_t b) {
    remove_last();
    address.shape = shape;
    address.a = a;
    address.b = b;
  };
  if (may_keep_slots && offset <= 0xFFFF) {
    if (op == IrOp::i32_add_ss_w || (op == IrOp::i32_add_as_w && add.r.a != no_slot)) {
      take_back(Shape::sum, add.r.a, add.r.b);
      return address;
    }
    if (options_.guard_pages && size_log2 != 0 && add.r.b == 1u << size_log2 &&
        (op == IrOp::i32_mul_add_sis_w ||
         (op == IrOp::i32_mul_add_ais_w && add.r.a != no_slot))) {
      take_back(Shape::scaled, add.r.c, add.r.a);
      return address;
    }
  }
  if (options_.guard_pages && offset == 0) {
    const bool from_accumulator = op == IrOp::i32_add_ai_w;
    if (op == IrOp::i32_add_si_w || (from_accumulator && (is_load || add.i.a != no_slot))) {
      take_back(Shape::plus, add.i.a, 0);
      address.in_accumulator = from_accumulator && is_load;
      address.offset = static_cast<uint32_t>(add.i.imm);
    }
  }
  return address;
}

void Lowering::load(IrOp base, IrOp any, const Memarg& memarg, ValType type,
                    uint32_t size_log2) {
  Operand operand = pop_any();
  if (!is_direct_memory(memarg)) {
    memory_any(any, 0, slot_of(operand), memarg);
    set_result(cells_[last_cell_], type, true, false);
    return;
  }
  if (!options_.guard_pages) base = form(base, forms::load_checked);
  Address address = address_of(operand, memarg, size_log2, true, true);
  switch (address.shape) {
    case Address::Shape::plain: {
      if (address.operand.kind == Operand::Kind::constant) materialize(address.operand);
      const Source from = source(address.operand);
      emit(form(base, from.in_accumulator ? forms::acc : forms::slot)).mem = {0, from.slot,
                                                                              address.offset};
      break;
    }
    case Address::Shape::sum:
    case Address::Shape::scaled:
      emit(form(base, address.shape == Address::Shape::sum ? forms::load_sum
                                                           : forms::load_scaled))
          .memx = {0, address.a, address.b, static_cast<uint16_t>(address.offset)};
      break;
    case Address::Shape::absolute:
      emit(form(base, forms::load_absolute)).mem = {0, 0, address.offset};
      break;
    case Address::Shape::plus:
      emit(form(base, address.in_accumulator ? forms::load_acc_plus : forms::load_slot_plus))
          .mem = {0, address.a, address.offset};
      break;
  }
  set_result(cells_[last_cell_], type, true, true);
}

void Lowering::store(IrOp base, IrOp any, const Memarg& memarg, ValType type,
                     uint32_t size_log2) {
  Operand value = pop();
  Operand operand = pop_any();
  if (!is_direct_memory(memarg)) {
    const uint16_t value_slot = slot_of(value);
    memory_any(any, value_slot, slot_of(operand), memarg);
    return;
  }
  if (!options_.guard_pages) base = form(base, forms::store_checked);
  // A small constant is part of the operation: integers sign-extended, floats only +0.
  const bool is_float = acc_kind(type) != AccKind::integer;
  const auto small = type == valtype::i32 ? int64_t{static_cast<int32_t>(value.bits)}
                                          : static_cast<int64_t>(value.bits);
  const bool is_constant = value.kind == Operand::Kind::constant;
  const bool is_small =
      is_constant && (is_float ? value.bits == 0 : small == static_cast<int16_t>(small));
  if (is_constant && !is_small) materialize(value);
  // A constant in its slot could overwrite an operand of an addition that is taken back.
  Address address = address_of(operand, memarg, size_log2, false, !is_constant);
  if (is_small) {
    const auto immediate = static_cast<uint16_t>(small);
    switch (address.shape) {
      case Address::Shape::plain: {
        const uint16_t slot = slot_of(address.operand);
        emit(form(base, forms::store_slot_imm)).mem = {immediate, slot, address.offset};
        return;
      }
      case Address::Shape::absolute:
        emit(form(base, forms::store_absolute_imm)).mem = {immediate, 0, address.offset};
        return;
      case Address::Shape::plus:
        emit(form(base, forms::store_slot_plus_imm)).mem = {immediate, address.a, address.offset};
        return;
      case Address::Shape::sum:
      case Address::Shape::scaled:
        materialize(value);  // the address is in locals
        break;
    }
  }
  uint32_t by_slot = 0, by_accumulator = 0;
  switch (address.shape) {
    case Address::Shape::plain: {
      if (address.operand.kind == Operand::Kind::constant) materialize(address.operand);
      const Source from = source(value);
      if (from.in_accumulator) {
        const uint16_t slot = slot_of(address.operand);
        emit(form(base, forms::store_slot_acc)).mem = {from.slot, slot, address.offset};
        return;
      }
      const Source to = source(address.operand);
      emit(form(base, to.in_accumulator ? forms::store_acc_slot : forms::store_slot_slot)).mem = {
          from.slot, to.slot, address.offset};
      return;
    }
    case Address::Shape::sum:
      by_slot = forms::store_sum_slot;
      by_accumulator = forms::store_sum_acc;
      break;
    case Address::Shape::scaled:
      by_slot = forms::store_scaled_slot;
      by_accumulator = forms::store_scaled_acc;
      break;
    case Address::Shape::absolute:
      by_slot = forms::store_absolute_slot;
      by_accumulator = forms::store_absolute_acc;
      break;
    case Address::Shape::plus:
      by_slot = forms::store_slot_plus_slot;
      by_accumulator = forms::store_slot_plus_acc;
      break;
  }
  const Source from = source(value);
  Cell& cell = emit(form(base, from.in_accumulator ? by_accumulator : by_slot));
  if (address.shape == Address::Shape::sum || address.shape == Address::Shape::scaled) {
    cell.memx = {from.slot, address.a, address.b, static_cast<uint16_t>(address.offset)};
  } else {
    cell.mem = {from.slot, address.a, address.offset};
  }
}

}  // namespace zwasm
