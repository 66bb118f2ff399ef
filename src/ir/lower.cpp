#include "ir/lower.hpp"

#include <algorithm>
#include <optional>

#include "ir/rows.hpp"
#include "runtime/frame.hpp"

namespace zwasm {
namespace {

/// Cells that one byte of a body can become at most: a one-byte `br_table` label may need a stub of
/// three cells, every other instruction stays below that per byte.
constexpr size_t max_cells_per_byte = 4;

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
  next_recorded_ = 0;
  out_of_memory_ = false;
  const Code& code = module_.code(function);
  const size_t locals = module_.func_type(function).params.size() + code.local_count;
  const size_t bytes = code.body.bytes.size();
  // With room for the worst case, only maps and tables of handlers still need memory below.
  if (!cells_.try_reserve(bytes * max_cells_per_byte + 16) || !stack_.try_reserve(bytes + 1) ||
      !controls_.try_reserve(bytes + 1) || !fixups_.try_reserve(bytes + 1) ||
      !local_slots_.try_reserve(locals) || !local_types_.try_reserve(locals) ||
      !local_reads_.try_reserve(locals) ||
      (options.record != Record::nothing && !positions_.try_reserve(cells_.capacity())) ||
      (options.record == Record::references &&
       (!map_starts_.try_reserve(cells_.capacity()) || !local_map_.try_reserve(locals)))) {
    return make_trap(TrapKind::out_of_memory);
  }
  ZWASM_CHECK(run(function));
  if (out_of_memory_) return make_trap(TrapKind::out_of_memory);
  return {};
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
    if (!reader_.next_inline(in)) return reader_.take_error();
    offset_ = in.offset;
    if (unreachable_ && skip_unreachable(in)) continue;
    ZWASM_CHECK(instruction(in));
    if (options_.deterministic) [[unlikely]] make_nan_canonical(in.opcode);
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
    const IrOp op = op_of(static_cast<uint32_t>(i));
    const size_t behind = i + 1 + data_cells(cells_[i], op);
    destination[i] = cells_[i];
    destination[i].handler = table[op];
    while (++i < behind) destination[i] = cells_[i];
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
  positions_ = Vector<uint32_t>(positions_.allocator());
  map_starts_ = Vector<uint32_t>(map_starts_.allocator());
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

/// Where results are deterministic: the NaNs of the instruction that was translated last.
void Lowering::make_nan_canonical(Opcode opcode) {
  const std::optional<IrOp> row = canonical_nan(opcode);
  if (!row || stack_.back().kind == Operand::Kind::constant) return;  // folding makes no NaN
  if (stack_.back().type == valtype::v128) {
    if constexpr (is_built(Feature::simd)) simd(*row, 1, valtype::v128, nullptr);
  } else {
    unary(*row, Opcode::nop, stack_.back().type);
  }
}

/// Which function translates an instruction. The frequent ones are dispatched here to what knows
/// their shape; the rest goes to the file of its concept.
Status Lowering::instruction(const Instruction& in) {
  if (options_.metered) charge(in.opcode);
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
#define WIDE(code, name, text, types, feature)                            \
  case Opcode::name:                                                      \
    wide(IrOp::name, info(Opcode::name).signature.param_count);           \
    return {};
#include "wasm/opcodes.def"
#define SIMD_UNARY(code, name, ...) case Opcode::name:
#define SIMD_BINARY(code, name, ...) case Opcode::name:
#define SIMD_SHIFT(code, name, ...) case Opcode::name:
#define SIMD_TERNARY(code, name, ...) case Opcode::name:
#define SIMD_TEST(code, name, ...) case Opcode::name:
#define SIMD_SHUFFLE(code, name, ...) case Opcode::name:
#define SIMD_SPLAT(code, name, ...) case Opcode::name:
#define SIMD_EXTRACT(code, name, ...) case Opcode::name:
#define SIMD_REPLACE(code, name, ...) case Opcode::name:
#define SIMD_LOAD(code, name, ...) case Opcode::name:
#define SIMD_STORE(code, name, ...) case Opcode::name:
#define SIMD_LOAD_LANE(code, name, ...) case Opcode::name:
#define SIMD_STORE_LANE(code, name, ...) case Opcode::name:
#include "wasm/opcodes.def"
    case Opcode::v128_const:
      if constexpr (is_built(Feature::simd)) vector_instruction(in);
      return {};
#define ATOMIC_OP(code, name, ...) case Opcode::name:
#define ATOMIC_LOAD(code, name, ...) case Opcode::name:
#define ATOMIC_STORE(code, name, ...) case Opcode::name:
#define ATOMIC_RMW(code, name, ...) case Opcode::name:
#define ATOMIC_CMPXCHG(code, name, ...) case Opcode::name:
#include "wasm/opcodes.def"
    case Opcode::atomic_fence:
      if constexpr (is_built(Feature::threads)) atomic_instruction(in);
      return {};
    case Opcode::struct_new:
    case Opcode::struct_new_default:
    case Opcode::struct_get:
    case Opcode::struct_get_s:
    case Opcode::struct_get_u:
    case Opcode::struct_set:
    case Opcode::array_new:
    case Opcode::array_new_default:
    case Opcode::array_new_fixed:
    case Opcode::array_new_data:
    case Opcode::array_new_elem:
    case Opcode::array_get:
    case Opcode::array_get_s:
    case Opcode::array_get_u:
    case Opcode::array_set:
    case Opcode::array_len:
    case Opcode::array_fill:
    case Opcode::array_copy:
    case Opcode::array_init_data:
    case Opcode::array_init_elem:
    case Opcode::ref_test:
    case Opcode::ref_test_null:
    case Opcode::ref_cast:
    case Opcode::ref_cast_null:
    case Opcode::br_on_cast:
    case Opcode::br_on_cast_fail:
    case Opcode::any_convert_extern:
    case Opcode::extern_convert_any:
    case Opcode::ref_i31:
    case Opcode::i31_get_s:
    case Opcode::i31_get_u:
      if constexpr (is_built(Feature::gc)) object_instruction(in);
      return {};
    case Opcode::throw_:
    case Opcode::throw_ref:
    case Opcode::try_table:
    case Opcode::try_:
    case Opcode::catch_:
    case Opcode::catch_all:
    case Opcode::delegate:
    case Opcode::rethrow:
      return exception_instruction(in);
    case Opcode::table_get:
    case Opcode::table_set:
    case Opcode::memory_size:
    case Opcode::memory_grow:
    case Opcode::memory_fill:
    case Opcode::memory_copy:
    case Opcode::memory_init:
    case Opcode::data_drop:
    case Opcode::table_init:
    case Opcode::elem_drop:
    case Opcode::table_copy:
    case Opcode::table_grow:
    case Opcode::table_size:
    case Opcode::table_fill:
      bulk_instruction(in);
      return {};
    case Opcode::ref_null:
    case Opcode::ref_is_null:
    case Opcode::ref_func:
    case Opcode::ref_eq:
    case Opcode::ref_as_non_null:
      reference_instruction(in);
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
  }
  return {};
}

}  // namespace zwasm
