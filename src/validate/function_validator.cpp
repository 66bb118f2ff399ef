#include "validate/function_validator.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "validate/instruction_patterns.hpp"
#include "wasm/limits.hpp"

namespace zwasm {

FunctionValidator::FunctionValidator(const ModuleContext& context, Allocator& allocator)
    : context_(context),
      module_(*context.module),
      allocator_(allocator),
      frames_(allocator),
      locals_(allocator),
      run_ends_(allocator),
      initialized_in_(allocator),
      initializations_(allocator) {
  constexpr size_t capacity = stack_guard + limits::max_frame_slots + stack_slack;
  static_assert(stack_slack > limits::max_params + stack_guard &&
                stack_slack > limits::max_results + stack_guard);
  ValType* memory =
      static_cast<ValType*>(allocator.allocate_or_exit(capacity * sizeof(ValType), 8));
  std::fill_n(memory, stack_guard, valtype::bottom);
  stack_ = memory + stack_guard;
  top_ = base_ = limit_ = stack_;
}

FunctionValidator::~FunctionValidator() {
  constexpr size_t capacity = stack_guard + limits::max_frame_slots + stack_slack;
  allocator_.deallocate(stack_ - stack_guard, capacity * sizeof(ValType), 8);
}

void FunctionValidator::reset() {
  top_ = base_ = stack_;
  frames_.clear();
  locals_.clear();
  run_ends_.clear();
  initializations_.clear();
  runs_ = {};
  params_ = {};
  local_count_ = local_slots_ = 0;
  tracks_initialization_ = false;
  code_ = nullptr;
  constant_ = nullptr;
}

Status FunctionValidator::validate_body(FuncIndex function) {
  reset();
  function_ = function;
  const FuncType& type = module_.func_type(function);
  code_ = &module_.code(function);
  reader_.reset(code_->body, context_.features, module_.has_data_count);
  instruction_.offset = code_->entry_offset;
  if (!begin_locals(type, *code_)) return finish(false);
  // Half of what the frame has room for, since an operand may take two slots; see check_height.
  limit_ = stack_ + (limits::max_frame_slots - local_slots_) / 2;
  visible_globals_ = static_cast<uint32_t>(module_.globals.size());
  push_frame(Opcode::block, &type, valtype::bottom);
  return finish(run());
}

Status FunctionValidator::validate_constant(const Expression& expression, ValType type,
                                            const ConstantScope& scope) {
  if (IntegerConstant constant;
      read_integer_constant(expression, constant) && constant.type == type) {
    return {};
  }
  reset();
  constant_ = &scope;
  reader_.reset(expression, context_.features);
  // Below the stack, so that every instruction passes check_before_instruction.
  limit_ = stack_ - 1;
  visible_globals_ = 0;
  push_frame(Opcode::block, nullptr, type);
  return finish(run());
}

Status FunctionValidator::finish(bool ok) {
  if (ok) return {};
  return std::move(error_);
}

// Locals. A body of a few bytes may declare 50,000 of them, so only a number in proportion to the
// body is laid out in `locals_`; the others are looked up in the runs.
bool FunctionValidator::begin_locals(const FuncType& type, const Code& code) {
  params_ = type.params;
  runs_ = code.locals;
  local_count_ = static_cast<uint32_t>(params_.size()) + code.local_count;
  uint64_t slots = 0;
  for (const ValType param : params_) slots += param.slots();
  const size_t laid_out =
      std::min<size_t>(local_count_, params_.size() + 64 + code.body.bytes.size());
  locals_.append(params_);
  for (const LocalRun& run : runs_) {
    if (!exists(run.type)) return false;
    slots += uint64_t{run.count} * run.type.slots();
    if (!run.type.is_defaultable()) tracks_initialization_ = true;
    const size_t begin = locals_.size();
    const size_t end = std::min<size_t>(begin + run.count, laid_out);
    if (begin == end) continue;
    locals_.resize(end);
    std::fill(locals_.data() + begin, locals_.data() + end, run.type);
  }
  if (slots > limits::max_frame_slots) {
    return fail("frame too large: locals take %llu slots, more than %u",
                static_cast<unsigned long long>(slots), limits::max_frame_slots);
  }
  local_slots_ = static_cast<uint32_t>(slots);
  if (locals_.size() < local_count_) {
    uint32_t end = static_cast<uint32_t>(params_.size());
    for (const LocalRun& run : runs_) run_ends_.push_back(end += run.count);
  }
  if (tracks_initialization_) {
    if (initialized_in_.size() < local_count_) initialized_in_.resize(local_count_);
    ++epoch_;
  }
  return true;
}

ValType FunctionValidator::local_type(uint32_t index) const {
  if (index < locals_.size()) return locals_[index];
  const auto run = std::upper_bound(run_ends_.begin(), run_ends_.end(), index);
  return runs_[static_cast<size_t>(run - run_ends_.begin())].type;
}

bool FunctionValidator::is_initialized(uint32_t index) const {
  return index < params_.size() || local_type(index).is_defaultable() ||
         initialized_in_[index] == epoch_;
}

void FunctionValidator::set_initialized(uint32_t index) {
  if (is_initialized(index)) return;
  initialized_in_[index] = epoch_;
  initializations_.push_back(index);
}

void FunctionValidator::restore_initialized(uint32_t count) {
  while (initializations_.size() > count) {
    initialized_in_[initializations_.back()] = epoch_ - 1;
    initializations_.pop_back();
  }
}

void FunctionValidator::push_frame(Opcode opcode, const FuncType* type, ValType value) {
  frames_.push_back(ControlFrame{type, value, static_cast<uint32_t>(top_ - stack_),
                                 static_cast<uint32_t>(initializations_.size()), opcode, false});
  base_ = top_;
}

// Runs a member that works on `top_` from the loop, which keeps the top in a register.
template <bool (FunctionValidator::*method)()>
[[gnu::always_inline]] inline bool FunctionValidator::call(ValType*& top) {
  top_ = top;
  const bool ok = (this->*method)();
  top = top_;
  return ok;
}

// Reads the immediates of the current instruction. `opcode` is the same one or one with immediates
// of the same kind: in the loop a constant, so that no second dispatch is needed.
[[gnu::always_inline]] inline bool FunctionValidator::read(Opcode opcode) {
  assert(info(opcode).immediate == info(instruction_.opcode).immediate);
  return reader_.read_immediate(info(opcode).immediate, instruction_);
}

// The same for what is rare enough to dispatch twice.
bool FunctionValidator::read_any() {
  return reader_.read_immediate(info(instruction_.opcode).immediate, instruction_) || fail_read();
}

template <bool (FunctionValidator::*method)()>
[[gnu::always_inline]] inline bool FunctionValidator::call_rare(ValType*& top) {
  return read_any() && call<method>(top);
}

bool FunctionValidator::fail_read() { return fail_with(reader_.take_error()); }

// The loop. Cases handle the frequent form in place and leave everything else, errors included, to
// a member function that starts the instruction anew.
bool FunctionValidator::run() {
  using V = FunctionValidator;
  ValType* top = top_;
  for (;;) {
    if (!reader_.next_opcode(instruction_)) [[unlikely]] return fail_read();
    const Opcode opcode = instruction_.opcode;
    if (top > limit_) [[unlikely]] {
      if (!call<&V::check_before_instruction>(top)) return false;
    }
    switch (opcode) {
      // Regular shapes: all rows but those that the lists below and CONTROL name.
#define CONTROL(...)
#define CONST(...)
#define LOAD(...)
#define STORE(...)
#define SIMD_LOAD(...)
#define SIMD_STORE(...)
#define SIMD_LOAD_LANE(...)
#define SIMD_STORE_LANE(...)
#define SIMD_SHUFFLE(...)
#define SIMD_EXTRACT(...)
#define SIMD_REPLACE(...)
#define ATOMIC_OP(...)
#define ATOMIC_LOAD(...)
#define ATOMIC_STORE(...)
#define ATOMIC_RMW(...)
#define ATOMIC_CMPXCHG(...)
#define OP(code, name, ...) case Opcode::name:
#include "wasm/opcodes.def"
      {
        const InstructionPattern& p = pattern(opcode);
        uint64_t actual;
        std::memcpy(&actual, top - 2, sizeof actual);
        if (((actual ^ p.expected) & operand_masks[p.params]) != 0 || top - base_ < p.params)
            [[unlikely]] {
          if (!call<&V::regular>(top)) return false;
          break;
        }
        top -= p.params;
        *top = p.result;
        top += p.results;
        break;
      }

#define CONST(code, name, text, type, feature)                  \
  case Opcode::name:                                            \
    if (!read(Opcode::name)) [[unlikely]] return fail_read();   \
    *top++ = valtype::type;                                     \
    break;
#include "wasm/opcodes.def"

#define LOAD(code, name, ...) case Opcode::name:
#define STORE(code, name, ...) case Opcode::name:
#define SIMD_LOAD(code, name, ...) case Opcode::name:
#define SIMD_STORE(code, name, ...) case Opcode::name:
#include "wasm/opcodes.def"
      {
        if (!read(Opcode::i32_load)) [[unlikely]] return fail_read();
        const InstructionPattern& p = pattern(opcode);
        const Memarg& memarg = instruction_.memory.memarg;
        if (raw(memarg.memory) < module_.memories.size()) [[likely]] {
          const AddressType address = module_.memories[raw(memarg.memory)].address;
          const uint64_t expected =
              p.expected | uint64_t{to_valtype(address).bits()} << p.address_shift;
          uint64_t actual;
          std::memcpy(&actual, top - 2, sizeof actual);
          if (((actual ^ expected) & operand_masks[p.params]) == 0 && top - base_ >= p.params &&
              memarg.align_log2 <= p.align_log2 && memarg.offset <= 0xFFFF'FFFF) [[likely]] {
            top -= p.params;
            *top = p.result;
            top += p.results;
            break;
          }
        }
        if (!call<&V::memory_access>(top)) return false;
        break;
      }

#define SIMD_LOAD_LANE(code, name, ...) case Opcode::name:
#define SIMD_STORE_LANE(code, name, ...) case Opcode::name:
#define SIMD_EXTRACT(code, name, ...) case Opcode::name:
#define SIMD_REPLACE(code, name, ...) case Opcode::name:
#include "wasm/opcodes.def"
        if (!call_rare<&V::lane_access>(top)) return false;
        break;
#define SIMD_SHUFFLE(code, name, ...) case Opcode::name:
#include "wasm/opcodes.def"
        if (!call_rare<&V::shuffle>(top)) return false;
        break;
#define ATOMIC_OP(code, name, ...) case Opcode::name:
#define ATOMIC_LOAD(code, name, ...) case Opcode::name:
#define ATOMIC_STORE(code, name, ...) case Opcode::name:
#define ATOMIC_RMW(code, name, ...) case Opcode::name:
#define ATOMIC_CMPXCHG(code, name, ...) case Opcode::name:
#include "wasm/opcodes.def"
        if (!call_rare<&V::atomic_access>(top)) return false;
        break;

      case Opcode::local_get:
        if (!read(Opcode::local_get)) [[unlikely]] return fail_read();
        if (instruction_.index < locals_.size()) [[likely]] {
          const ValType type = locals_.data()[instruction_.index];
          if (type.is_defaultable()) [[likely]] {
            *top++ = type;
            break;
          }
        }
        if (!call<&V::local>(top)) return false;
        break;
      case Opcode::local_set:
        if (!read(Opcode::local_set)) [[unlikely]] return fail_read();
        if (instruction_.index < locals_.size() && top != base_ &&
            top[-1] == locals_.data()[instruction_.index] && top[-1].is_defaultable()) [[likely]] {
          --top;
          break;
        }
        if (!call<&V::local>(top)) return false;
        break;
      case Opcode::local_tee:
        if (!read(Opcode::local_tee)) [[unlikely]] return fail_read();
        if (instruction_.index < locals_.size() && top != base_ &&
            top[-1] == locals_.data()[instruction_.index] && top[-1].is_defaultable()) [[likely]] {
          break;
        }
        if (!call<&V::local>(top)) return false;
        break;
      case Opcode::global_get:
        if (!read(Opcode::global_get)) [[unlikely]] return fail_read();
        if (instruction_.index < visible_globals_) [[likely]] {
          *top++ = module_.globals[instruction_.index].type.type;
          break;
        }
        if (!call<&V::global_get>(top)) return false;
        break;
      case Opcode::global_set:
        if (!read(Opcode::global_set)) [[unlikely]] return fail_read();
        if (!call<&V::global_set>(top)) return false;
        break;

      case Opcode::nop: break;
      case Opcode::unreachable:
        set_unreachable();
        top = top_;
        break;
      case Opcode::block:
      case Opcode::loop:
        if (!read(Opcode::block)) [[unlikely]] return fail_read();
        if (instruction_.block_type.kind == BlockType::Kind::empty) [[likely]] {
          top_ = top;
          push_frame(opcode, nullptr, valtype::bottom);
          if (frames_.size() > limits::max_control_depth) return fail("too many nested blocks");
          break;
        }
        if (!call<&V::block>(top)) return false;
        break;
      case Opcode::if_:
      case Opcode::try_:
        if (!read(Opcode::if_)) [[unlikely]] return fail_read();
        if (!call<&V::block>(top)) return false;
        break;
      case Opcode::else_:
        if (!call<&V::else_>(top)) return false;
        break;
      case Opcode::end: {
        const ControlFrame& frame = frames_.back();
        if (frame.type == nullptr && frame.value.is_bottom() && top == base_ &&
            frame.initialized == initializations_.size() && frames_.size() > 1) [[likely]] {
          frames_.pop_back();
          base_ = stack_ + frames_.back().height;
          break;
        }
        if (!call<&V::end>(top)) return false;
        if (frames_.empty()) return true;
        break;
      }
      case Opcode::br:
        if (!read(Opcode::br)) [[unlikely]] return fail_read();
        if (!call<&V::branch>(top)) return false;
        break;
      case Opcode::br_if:
        if (!read(Opcode::br_if)) [[unlikely]] return fail_read();
        if (instruction_.index < frames_.size() && top != base_ && top[-1] == valtype::i32)
            [[likely]] {
          const ControlFrame& target = frames_.end()[-1 - ptrdiff_t{instruction_.index}];
          if (target.type == nullptr && (target.value.is_bottom() || target.opcode == Opcode::loop))
              [[likely]] {
            --top;
            break;
          }
        }
        if (!call<&V::branch_if>(top)) return false;
        break;
      case Opcode::br_table:
        if (!read(Opcode::br_table)) [[unlikely]] return fail_read();
        if (!call<&V::branch_table>(top)) return false;
        break;
      case Opcode::return_:
        if (!call<&V::return_>(top)) return false;
        break;
      case Opcode::call:
      case Opcode::return_call:
        if (!read(Opcode::call)) [[unlikely]] return fail_read();
        if (!call<&V::call_function>(top)) return false;
        break;
      case Opcode::call_indirect:
      case Opcode::return_call_indirect:
        if (!read(Opcode::call_indirect)) [[unlikely]] return fail_read();
        if (!call<&V::call_indirect>(top)) return false;
        break;
      case Opcode::drop:
        if (top != base_) [[likely]] {
          --top;
          break;
        }
        if (!call<&V::drop>(top)) return false;
        break;
      case Opcode::select:
        if (!call<&V::select>(top)) return false;
        break;

      case Opcode::atomic_fence:
        if (!read_any()) return false;
        break;
      case Opcode::call_ref:
      case Opcode::return_call_ref:
        if (!call_rare<&V::call_reference>(top)) return false;
        break;
      case Opcode::catch_:
      case Opcode::catch_all:
        if (!call_rare<&V::catch_>(top)) return false;
        break;
      case Opcode::delegate:
        if (!call_rare<&V::delegate>(top)) return false;
        break;
      case Opcode::rethrow:
        if (!call_rare<&V::rethrow>(top)) return false;
        break;
      case Opcode::throw_:
        if (!call_rare<&V::throw_>(top)) return false;
        break;
      case Opcode::throw_ref:
        if (!call_rare<&V::throw_ref>(top)) return false;
        break;
      case Opcode::try_table:
        if (!call_rare<&V::try_table>(top)) return false;
        break;
      case Opcode::select_typed:
        if (!call_rare<&V::select_typed>(top)) return false;
        break;

      case Opcode::table_get:
      case Opcode::table_set:
      case Opcode::table_size:
      case Opcode::table_grow:
      case Opcode::table_fill:
        if (!call_rare<&V::table_instruction>(top)) return false;
        break;
      case Opcode::memory_size:
      case Opcode::memory_grow:
      case Opcode::memory_fill:
        if (!call_rare<&V::memory_instruction>(top)) return false;
        break;
      case Opcode::memory_init:
      case Opcode::memory_copy:
      case Opcode::data_drop:
      case Opcode::table_init:
      case Opcode::table_copy:
      case Opcode::elem_drop:
        if (!call_rare<&V::bulk_instruction>(top)) return false;
        break;

      case Opcode::ref_null:
      case Opcode::ref_is_null:
      case Opcode::ref_func:
      case Opcode::ref_eq:
      case Opcode::ref_as_non_null:
      case Opcode::ref_i31:
      case Opcode::i31_get_s:
      case Opcode::i31_get_u:
      case Opcode::any_convert_extern:
      case Opcode::extern_convert_any:
        if (!call_rare<&V::reference_instruction>(top)) return false;
        break;
      case Opcode::br_on_null:
        if (!call_rare<&V::branch_on_null>(top)) return false;
        break;
      case Opcode::br_on_non_null:
        if (!call_rare<&V::branch_on_non_null>(top)) return false;
        break;
      case Opcode::ref_test:
      case Opcode::ref_test_null:
      case Opcode::ref_cast:
      case Opcode::ref_cast_null:
      case Opcode::br_on_cast:
      case Opcode::br_on_cast_fail:
      case Opcode::struct_new:
      case Opcode::struct_new_default:
      case Opcode::struct_get:
      case Opcode::struct_get_s:
      case Opcode::struct_get_u:
      case Opcode::struct_set:
      case Opcode::array_new:
      case Opcode::array_new_default:
      case Opcode::array_new_fixed:
      case Opcode::array_get:
      case Opcode::array_get_s:
      case Opcode::array_get_u:
      case Opcode::array_set:
      case Opcode::array_len:
      case Opcode::array_fill:
      case Opcode::array_new_data:
      case Opcode::array_new_elem:
      case Opcode::array_init_data:
      case Opcode::array_init_elem:
      case Opcode::array_copy:
        if constexpr (is_built(Feature::gc)) {
          if (!call_rare<&V::object_instruction>(top)) return false;
        }
        break;
    }
  }
}

bool FunctionValidator::check_before_instruction() {
  return constant_ != nullptr ? check_constant_instruction() : check_height();
}

bool FunctionValidator::check_constant_instruction() {
  if (!is_constant(instruction_.opcode, context_.features)) {
    return fail("constant expression required");
  }
  return top_ - stack_ <= ptrdiff_t{limits::max_frame_slots} ||
         fail("frame too large: constant expression of more than %u operands",
              limits::max_frame_slots);
}

// A frame holds max_frame_slots slots. Operands are counted, not measured: in a body where none can
// be a vector each takes one slot, in any other each is counted as two.
bool FunctionValidator::check_height() {
  const ptrdiff_t room = ptrdiff_t{limits::max_frame_slots} - local_slots_;
  if (top_ - stack_ > room || uses_vectors()) {
    return fail("frame too large: locals and operands take more than %u slots",
                limits::max_frame_slots);
  }
  limit_ = stack_ + room;
  return true;
}

bool FunctionValidator::uses_vectors() {
  const auto is_vector = [](ValType type) { return type.is_vec(); };
  for (const TypeDefinition& type : module_.types) {
    if (std::ranges::any_of(type.func.params, is_vector) ||
        std::ranges::any_of(type.func.results, is_vector) ||
        std::ranges::any_of(type.fields, is_vector, &FieldType::type)) {
      return true;
    }
  }
  for (const Global& global : module_.globals) {
    if (global.type.type.is_vec()) return true;
  }
  if (std::ranges::any_of(runs_, is_vector, &LocalRun::type)) return true;
  InstructionReader reader;
  reader.reset(code_->body, context_.features);
  for (Instruction instruction; reader.next(instruction);) {
    const Signature& signature = info(instruction.opcode).signature;
    for (size_t i = 0; i < signature.result_count; ++i) {
      if (signature.result(i) == SignatureKind::v128) return true;
    }
  }
  return false;
}

// Operands.

void FunctionValidator::push(Types types) { top_ = std::ranges::copy(types, top_).out; }

void FunctionValidator::set_unreachable() {
  top_ = base_;
  frames_.back().unreachable = true;
}

// Whether the topmost operands have these types; leaves them where they are.
bool FunctionValidator::match_operands(Types types) {
  const size_t height = static_cast<size_t>(top_ - base_);
  if (height < types.size() && !frames_.back().unreachable) return mismatch_operands(types);
  const size_t present = std::min(height, types.size());
  const Types expected = types.last(present);
  const ValType* operands = top_ - present;
  for (size_t i = 0; i < present; ++i) {
    if (operands[i] != expected[i] && !operands[i].is_bottom() &&
        !context_.matches(operands[i], expected[i])) {
      return mismatch_operands(types);
    }
  }
  return true;
}

bool FunctionValidator::pop(Types types) {
  if (!match_operands(types)) return false;
  top_ -= std::min(static_cast<size_t>(top_ - base_), types.size());
  return true;
}

bool FunctionValidator::pop_any(ValType& type) {
  if (top_ != base_) {
    type = *--top_;
    return true;
  }
  type = valtype::bottom;
  return frames_.back().unreachable || mismatch_operands(Types(&type, 1));
}

// Any reference; bottom becomes a reference to the bottom heap type.
bool FunctionValidator::pop_reference(ValType& type) {
  if (top_ == base_ && !frames_.back().unreachable) return mismatch_reference();
  type = top_ == base_ ? valtype::bottom : top_[-1];
  if (type.is_bottom()) type = ValType::ref(AbstractHeapType::bottom, false);
  if (!type.is_ref()) return mismatch_reference();
  if (top_ != base_) --top_;
  return true;
}

// Instructions of regular shape.

bool FunctionValidator::apply_signature(ValType address) {
  const Signature& signature = info(instruction_.opcode).signature;
  const auto type_of = [&](SignatureKind kind) {
    return kind == SignatureKind::address ? address : signature_type(kind);
  };
  ValType types[std::tuple_size_v<decltype(Signature::kinds)>];
  for (size_t i = 0; i < signature.param_count; ++i) types[i] = type_of(signature.param(i));
  if (!pop(Types(types, signature.param_count))) return false;
  for (size_t i = 0; i < signature.result_count; ++i) push(type_of(signature.result(i)));
  return true;
}

bool FunctionValidator::regular() { return apply_signature(valtype::bottom); }

bool FunctionValidator::check_memarg(ValType& address) {
  const Memarg& memarg = instruction_.memory.memarg;
  const MemoryType* memory = memory_type(raw(memarg.memory));
  if (memory == nullptr) return false;
  address = to_valtype(memory->address);
  if (memarg.align_log2 > pattern(instruction_.opcode).align_log2) {
    return fail("alignment must not be larger than natural");
  }
  return memory->address == AddressType::i64 || memarg.offset <= 0xFFFF'FFFF ||
         fail("offset out of range");
}

bool FunctionValidator::memory_access() {
  ValType address;
  return check_memarg(address) && apply_signature(address);
}

bool FunctionValidator::atomic_access() {
  ValType address;
  if (!check_memarg(address)) return false;
  if (instruction_.memory.memarg.align_log2 != pattern(instruction_.opcode).align_log2) {
    return fail("atomic alignment must be natural");
  }
  return apply_signature(address);
}

bool FunctionValidator::lane_access() {
  ValType address;
  uint32_t lanes;
  if (info(instruction_.opcode).immediate == Immediate::memarg_lane) {
    if (!check_memarg(address)) return false;
    lanes = 16u >> pattern(instruction_.opcode).align_log2;
  } else {
    lanes = lane_count(instruction_.opcode);
  }
  if (instruction_.memory.lane >= lanes) return fail("invalid lane index");
  return apply_signature(address);
}

bool FunctionValidator::shuffle() {
  for (const uint8_t lane : instruction_.v128) {
    if (lane >= 32) return fail("invalid lane index");
  }
  return regular();
}

// Variables, tables and memories.

bool FunctionValidator::local() {
  const uint32_t index = instruction_.index;
  if (index >= local_count_) return unknown("local", index);
  const ValType type = local_type(index);
  if (instruction_.opcode == Opcode::local_get) {
    if (!is_initialized(index)) return fail("uninitialized local %u", index);
    push(type);
    return true;
  }
  if (!pop(type)) return false;
  set_initialized(index);
  if (instruction_.opcode == Opcode::local_tee) push(type);
  return true;
}

bool FunctionValidator::global_get() {
  if (constant_ == nullptr || instruction_.index >= constant_->globals) {
    return unknown("global", instruction_.index);
  }
  const GlobalType& global = module_.globals[instruction_.index].type;
  if (global.is_mutable) return fail("constant expression required");
  push(global.type);
  return true;
}

bool FunctionValidator::global_set() {
  if (instruction_.index >= module_.globals.size()) return unknown("global", instruction_.index);
  const GlobalType& global = module_.globals[instruction_.index].type;
  if (!global.is_mutable) return fail("immutable global %u", instruction_.index);
  return pop(global.type);
}

bool FunctionValidator::table_instruction() {
  const TableType* table = table_type(instruction_.index);
  if (table == nullptr) return false;
  const ValType address = to_valtype(table->address);
  const Opcode opcode = instruction_.opcode;
  if (opcode == Opcode::table_get) {
    if (!pop(address)) return false;
    push(table->element);
    return true;
  }
  if (opcode == Opcode::table_set) return pop({address, table->element});
  if (opcode == Opcode::table_fill) return pop({address, table->element, address});
  if (opcode == Opcode::table_grow && !pop({table->element, address})) return false;
  push(address);
  return true;
}

bool FunctionValidator::memory_instruction() {
  const MemoryType* memory = memory_type(instruction_.index);
  if (memory == nullptr) return false;
  const ValType address = to_valtype(memory->address);
  if (instruction_.opcode == Opcode::memory_fill) return pop({address, valtype::i32, address});
  if (instruction_.opcode == Opcode::memory_grow && !pop(address)) return false;
  push(address);
  return true;
}

bool FunctionValidator::bulk_instruction() {
  // A length must fit both spaces.
  const auto length_type = [](AddressType a, AddressType b) {
    return a == AddressType::i64 && b == AddressType::i64 ? valtype::i64 : valtype::i32;
  };
  const uint32_t first = instruction_.pair.first;
  const uint32_t second = instruction_.pair.second;
  const Opcode opcode = instruction_.opcode;
  if (opcode == Opcode::data_drop) return data_segment(instruction_.index);
  if (opcode == Opcode::elem_drop) return elem_segment(instruction_.index) != nullptr;
  if (opcode == Opcode::memory_init) {
    const MemoryType* memory = memory_type(second);
    return memory != nullptr && data_segment(first) &&
           pop({to_valtype(memory->address), valtype::i32, valtype::i32});
  }
  if (opcode == Opcode::memory_copy) {
    const MemoryType* to = memory_type(first);
    const MemoryType* from = to != nullptr ? memory_type(second) : nullptr;
    return from != nullptr && pop({to_valtype(to->address), to_valtype(from->address),
                                   length_type(to->address, from->address)});
  }
  if (opcode == Opcode::table_init) {
    const TableType* table = table_type(second);
    const ElemSegment* segment = table != nullptr ? elem_segment(first) : nullptr;
    if (segment == nullptr) return false;
    if (!context_.matches(segment->type, table->element)) {
      return mismatch_types("element segment's type", segment->type, "table's element type",
                            table->element);
    }
    return pop({to_valtype(table->address), valtype::i32, valtype::i32});
  }
  const TableType* to = table_type(first);
  const TableType* from = to != nullptr ? table_type(second) : nullptr;
  if (from == nullptr) return false;
  if (!context_.matches(from->element, to->element)) {
    return mismatch_types("source element type", from->element, "destination element type",
                          to->element);
  }
  return pop({to_valtype(to->address), to_valtype(from->address),
              length_type(to->address, from->address)});
}

// Index spaces.

const FuncType* FunctionValidator::function_type(uint32_t index) {
  const TypeDefinition* type = type_definition(index, CompositeKind::func);
  return type != nullptr ? &type->func : nullptr;
}

const TypeDefinition* FunctionValidator::type_definition(uint32_t index, CompositeKind kind) {
  if (index >= module_.types.size()) {
    unknown("type", index);
    return nullptr;
  }
  const TypeDefinition& type = module_.types[index];
  if (type.kind == kind) return &type;
  switch (kind) {
    case CompositeKind::func: fail("non-function type %u", index); break;
    case CompositeKind::struct_: fail("non-structure type %u", index); break;
    case CompositeKind::array: fail("non-array type %u", index); break;
  }
  return nullptr;
}

const TableType* FunctionValidator::table_type(uint32_t index) {
  if (index < module_.tables.size()) return &module_.tables[index].type;
  unknown("table", index);
  return nullptr;
}

const MemoryType* FunctionValidator::memory_type(uint32_t index) {
  if (index < module_.memories.size()) return &module_.memories[index];
  unknown("memory", index);
  return nullptr;
}

const ElemSegment* FunctionValidator::elem_segment(uint32_t index) {
  if (index < module_.elems.size()) return &module_.elems[index];
  unknown("elem segment", index);
  return nullptr;
}

const FuncType* FunctionValidator::tag_type(uint32_t index) {
  if (index < module_.tags.size()) return &module_.types[raw(module_.tags[index].type)].func;
  unknown("tag", index);
  return nullptr;
}

bool FunctionValidator::data_segment(uint32_t index) {
  return index < module_.datas.size() || unknown("data segment", index);
}

FunctionValidator::ControlFrame* FunctionValidator::label(uint32_t depth) {
  if (depth < frames_.size()) return frames_.end() - 1 - depth;
  unknown("label", depth);
  return nullptr;
}

bool FunctionValidator::exists(ValType type) {
  return context_.exists(type) || unknown("type", raw(type.heap().index()));
}

}  // namespace zwasm
