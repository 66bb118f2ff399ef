#include <algorithm>
#include <cstring>
#include <type_traits>

#include "interp/dispatch.hpp"
#include "interp/interp.hpp"
#include "os/signals.hpp"
#include "runtime/builtins.hpp"
#include "wasm/atomic_semantics.hpp"
#include "wasm/semantics.hpp"
#include "wasm/simd_semantics.hpp"
#include "wasm/slots.hpp"

namespace zwasm::interp {
namespace {

/// The cells that are not part of a function. Their addresses are constants; `made_fixed_cells`
/// fills them.
struct FixedCells {
  Cell leave, restore, lazy[2], host[2];
};
constinit FixedCells fixed_cells{};

// The columns of ops.def as C++ types: what a value is, and how it is read from memory.
namespace value {
using i32 = uint32_t;
using i64 = uint64_t;
using f32 = float;
using f64 = double;
}  // namespace value
namespace access {
using u8 = uint8_t;
using s8 = int8_t;
using u16 = uint16_t;
using s16 = int16_t;
using u32 = uint32_t;
using s32 = int32_t;
using u64 = uint64_t;
using f32 = float;
using f64 = double;
using v128 = V128;
}  // namespace access

/// Parameter types of a semantic function.
template <class Function>
struct Signature;
template <class R, class A>
struct Signature<R (*)(A)> {
  using First = A;
};
template <class R, class A, class B>
struct Signature<R (*)(A, B)> {
  using First = A;
  using Second = B;
};

template <class T>
ZWASM_INLINE TrapKind trap_of(T) {
  return TrapKind::none;
}
template <class T>
ZWASM_INLINE TrapKind trap_of(semantics::OrTrap<T> result) {
  return result.trap;
}
template <class T>
ZWASM_INLINE T value_of(T result) {
  return result;
}
template <class T>
ZWASM_INLINE T value_of(semantics::OrTrap<T> result) {
  return result.value;
}

/// A float immediate is the bits of a float; for f64 it stands for that float's value.
template <class Float>
ZWASM_INLINE Float float_immediate(int32_t bits) {
  return std::bit_cast<float>(bits);
}

template <class T>
ZWASM_INLINE T load_bytes(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

/// What a load of `Access` puts into a value of type `Value`: sign- or zero-extended.
template <class Value, class Access>
ZWASM_INLINE Value load_as(const uint8_t* from) {
  if constexpr (std::is_floating_point_v<Value> || std::is_unsigned_v<Access>) {
    return load_bytes<Access>(from);
  } else {
    return static_cast<Value>(std::make_signed_t<Value>{load_bytes<Access>(from)});
  }
}

/// Division by a constant of 2 or more, whose multiplier and shift lowering has computed
/// (ir/divisor.hpp). Signed dividends are divided by magnitude.
namespace by_constant {
ZWASM_INLINE uint32_t quotient(uint32_t dividend, const DataCell& divisor) {
  return static_cast<uint32_t>(semantics::i64_mul_wide_u(dividend, divisor.u64[0]).high);
}
ZWASM_INLINE uint64_t quotient(uint64_t dividend, const DataCell& divisor) {
  const uint64_t high = semantics::i64_mul_wide_u(dividend, divisor.u64[0]).high;
  return (high + ((dividend - high) >> 1)) >> (divisor.u64[1] & 63);
}
template <class Unsigned>
ZWASM_INLINE Unsigned signed_quotient(Unsigned dividend, const DataCell& divisor) {
  const Unsigned sign = Unsigned{0} - (dividend >> (sizeof(Unsigned) * 8 - 1));
  return (quotient((dividend ^ sign) - sign, divisor) ^ sign) - sign;
}
#define BY_CONSTANT(type, integer, unsigned_integer)                                           \
  ZWASM_INLINE unsigned_integer type##_div_u(unsigned_integer n, unsigned_integer,             \
                                             const DataCell& divisor) {                        \
    return quotient(n, divisor);                                                               \
  }                                                                                            \
  ZWASM_INLINE unsigned_integer type##_rem_u(unsigned_integer n, unsigned_integer by,          \
                                             const DataCell& divisor) {                        \
    return n - quotient(n, divisor) * by;                                                      \
  }                                                                                            \
  ZWASM_INLINE unsigned_integer type##_div_s(integer n, integer, const DataCell& divisor) {    \
    return signed_quotient(static_cast<unsigned_integer>(n), divisor);                         \
  }                                                                                            \
  ZWASM_INLINE unsigned_integer type##_rem_s(integer n, integer by, const DataCell& divisor) { \
    const auto dividend = static_cast<unsigned_integer>(n);                                    \
    return dividend - signed_quotient(dividend, divisor) * static_cast<unsigned_integer>(by);  \
  }
BY_CONSTANT(i32, int32_t, uint32_t)
BY_CONSTANT(i64, int64_t, uint64_t)
#undef BY_CONSTANT
}  // namespace by_constant

template <auto function>
ZWASM_INLINE semantics::Wide apply_wide(const Slot* operands) {
  if constexpr (std::is_invocable_v<decltype(function), Slot, Slot, Slot, Slot>) {
    return function(operands[0], operands[1], operands[2], operands[3]);
  } else {
    using Function = Signature<decltype(function)>;
    return function(from_slot<typename Function::First>(operands[0]),
                    from_slot<typename Function::Second>(operands[1]));
  }
}

#if ZWASM_SIMD
/// The vectors that loads make of what they read.
namespace vector_memory {
ZWASM_INLINE V128 half(uint64_t low) { return U64x2{low, 0}; }
ZWASM_INLINE V128 v128_load(V128 bytes) { return bytes; }
ZWASM_INLINE V128 v128_load8x8_s(uint64_t bytes) {
  return semantics::i16x8_extend_low_i8x16_s(half(bytes));
}
ZWASM_INLINE V128 v128_load8x8_u(uint64_t bytes) {
  return semantics::i16x8_extend_low_i8x16_u(half(bytes));
}
ZWASM_INLINE V128 v128_load16x4_s(uint64_t bytes) {
  return semantics::i32x4_extend_low_i16x8_s(half(bytes));
}
ZWASM_INLINE V128 v128_load16x4_u(uint64_t bytes) {
  return semantics::i32x4_extend_low_i16x8_u(half(bytes));
}
ZWASM_INLINE V128 v128_load32x2_s(uint64_t bytes) {
  return semantics::i64x2_extend_low_i32x4_s(half(bytes));
}
ZWASM_INLINE V128 v128_load32x2_u(uint64_t bytes) {
  return semantics::i64x2_extend_low_i32x4_u(half(bytes));
}
ZWASM_INLINE V128 v128_load8_splat(uint8_t bits) { return semantics::i8x16_splat(bits); }
ZWASM_INLINE V128 v128_load16_splat(uint16_t bits) { return semantics::i16x8_splat(bits); }
ZWASM_INLINE V128 v128_load32_splat(uint32_t bits) { return semantics::i32x4_splat(bits); }
ZWASM_INLINE V128 v128_load64_splat(uint64_t bits) { return semantics::i64x2_splat(bits); }
ZWASM_INLINE V128 v128_load32_zero(uint32_t bits) { return half(bits); }
ZWASM_INLINE V128 v128_load64_zero(uint64_t bits) { return half(bits); }
}  // namespace vector_memory
#endif

/// The body is published by a release store, and what it points to is only reached through it: the
/// data dependency orders these loads. Thread sanitizer does not know dependencies.
ZWASM_INLINE const Cell* load_body(const FuncEntry* entry) {
#if defined(ZWASM_INTERP_SANITIZED)
  return entry->body.load(std::memory_order_acquire);
#else
  return entry->body.load(std::memory_order_relaxed);
#endif
}

/// Whether a frame of `body` fits on the value stack.
ZWASM_INLINE bool fits(const VMContext* vm, const Cell* body, const Slot* frame) {
  return reinterpret_cast<uintptr_t>(frame) + body->enter.frame_bytes <=
         vm->execution->stack_limit.load(std::memory_order_relaxed);
}

/// Copies arguments of a tail call down to the frame's start.
ZWASM_INLINE void move_slots(Slot* to, const Slot* from, uint32_t count) {
  for (const Slot* const end = from + count; from < end;) {
    *to++ = *from++;
    asm volatile("" : "+r"(from));  // or else this becomes a call of memmove, and runs are short
  }
}

TrapKind stack_limit_trap(const ExecutionContext* execution) {
  return execution->interrupt.load(std::memory_order_relaxed) != 0
             ? TrapKind::interrupted
             : TrapKind::call_stack_exhausted;
}

void record_trap(VMContext* vm, TrapKind kind, const Cell* cell, Slot* frame,
                 ControlRecord* control) {
  vm->execution->trap = {kind, cell, frame, control, vm};
}

/// Runs a host function for the call whose next cell is `next`, with its arguments at `args`.
[[gnu::noinline]] TrapKind call_host(VMContext* vm, const FuncRef* function, Slot* args,
                                     const Cell* next, Slot* frame, ControlRecord* control) {
  ExecutionContext& execution = *vm->execution;
  const HostFunction& host = *function->host;
  Slot* const end = args + std::max(host.arg_slots, host.result_slots);
  if (reinterpret_cast<uintptr_t>(end) > execution.stack_limit.load(std::memory_order_relaxed)) {
    return stack_limit_trap(&execution);
  }
  if (execution.host_depth >= max_host_depth) return TrapKind::call_stack_exhausted;
  control[0] = {next, frame};
  control[1] = {&fixed_cells.restore, reinterpret_cast<Slot*>(vm)};
  Slot* const stack_top = execution.stack_top;
  ControlRecord* const control_top = execution.control_top;
  execution.stack_top = end;
  execution.control_top = control + 2;
  execution.host_depth++;
  execution.trap.kind = TrapKind::none;
  HostFrame running{execution.host_frame, function, args};
  execution.host_frame = &running;
  const TrapKind status = host.callback(host.data, vm, args);
  execution.host_frame = running.outer;
  execution.host_depth--;
  execution.control_top = control_top;
  execution.stack_top = stack_top;
  return status;
}

}  // namespace

#define TRAP(kind)                    \
  acc = static_cast<uint64_t>(kind);  \
  TAIL(trap)
#define BRANCH_forward(distance)                                                      \
  ip = reinterpret_cast<const Cell*>(reinterpret_cast<const char*>(ip) + (distance)); \
  DISPATCH()
#define BRANCH_back(distance)                                                          \
  if (vm->execution->interrupt.load(std::memory_order_relaxed) != 0) [[unlikely]] {    \
    TAIL(interrupted);                                                                 \
  }                                                                                    \
  BRANCH_forward(distance)
#define RETURN()      \
  --csp;              \
  ip = csp->next;     \
  fr = csp->frame;    \
  DISPATCH()

#if ZWASM_INTERP_TAIL_CALLS

// Each handler has a symbol of its own, for the table below; hidden, so that it needs no
// relocation.
#define DECLARE(name) \
  [[gnu::visibility("hidden")]] ZWASM_HANDLER_TYPE(op_##name) asm("zwasm_op_" #name);
#define IROP(name, format) DECLARE(name)
#include "ir/ops.def"
DECLARE(trap)
DECLARE(host_trap)
DECLARE(host_trap_behind)
DECLARE(unwind)
#if ZWASM_INTERP_FAULTS
DECLARE(out_of_bounds)
#endif
DECLARE(interrupted)
DECLARE(stack_limit)
DECLARE(entry_trap)
DECLARE(call_import_other)
DECLARE(call_import_resolved)
DECLARE(return_call_import_resolved)
DECLARE(call_indirect_slow)
DECLARE(call_indirect_other)
DECLARE(call_indirect_resolved)
DECLARE(return_call_indirect_slow)
DECLARE(return_call_indirect_resolved)
DECLARE(call_ref_other)
DECLARE(call_ref_resolved)
DECLARE(return_call_ref_resolved)
DECLARE(null_function)
DECLARE(out_of_bounds_table)
DECLARE(table_get_odd)
DECLARE(null_structure)
DECLARE(null_array)
DECLARE(null_i31)
DECLARE(out_of_bounds_array)
DECLARE(struct_new_slow)
DECLARE(ref_test_slow)
DECLARE(ref_cast_slow)
DECLARE(unaligned_atomic)
DECLARE(out_of_bounds_atomic)
#undef DECLARE

#include "interp/handlers_numeric.inc"
#include "interp/handlers_memory.inc"
#include "interp/handlers_simd.inc"
#include "interp/handlers_atomic.inc"
#include "ir/ops.def"
#include "interp/handlers_control.inc"
#include "interp/handlers_objects.inc"

extern "C" {
[[gnu::visibility("hidden")]] extern const int32_t zwasm_interp_distances[];
[[gnu::visibility("hidden")]] extern const char __start_zwasm_guarded[];
[[gnu::visibility("hidden")]] extern const char __stop_zwasm_guarded[];
}
// C++ cannot express the distance between two functions as a constant.
asm(".pushsection .rodata.zwasm_interp,\"a\"\n"
    ".balign 4\n"
    ".globl zwasm_interp_distances\n"
    ".hidden zwasm_interp_distances\n"
    "zwasm_interp_distances:");
#define IROP(name, format) asm(".long zwasm_op_" #name " - zwasm_interp_distances");
#include "ir/ops.def"
asm(".popsection");

HandlerTable handlers() {
  return {reinterpret_cast<const char*>(zwasm_interp_distances), zwasm_interp_distances};
}

namespace {

void run(ZWASM_STATE) { std::bit_cast<Handler>(ip->handler)(ZWASM_STATE_ARGUMENTS); }

}  // namespace

#else

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"

/// Runs from ip on. If `handler_table` is not null, stores the handler table there instead.
void run(ZWASM_STATE, HandlerTable* handler_table) {
  static const int32_t distances[] = {
#define IROP(name, format) \
  static_cast<int32_t>(static_cast<char*>(&&L_##name) - static_cast<char*>(&&L_unreachable)),
#include "ir/ops.def"
  };
  if (handler_table != nullptr) {
    *handler_table = {static_cast<const char*>(&&L_unreachable), distances};
    return;
  }
  DISPATCH();

#include "interp/handlers_numeric.inc"
#include "interp/handlers_memory.inc"
#include "interp/handlers_simd.inc"
#include "interp/handlers_atomic.inc"
#include "ir/ops.def"
#include "interp/handlers_control.inc"
#include "interp/handlers_objects.inc"
}

#pragma GCC diagnostic pop

void run(ZWASM_STATE) { run(ZWASM_STATE_ARGUMENTS, nullptr); }

}  // namespace

HandlerTable handlers() {
  HandlerTable table;
  run(nullptr, nullptr, nullptr, nullptr, 0, nullptr, 0, 0, &table);
  return table;
}

#endif

#if ZWASM_INTERP_FAULTS

bool can_trap_by_fault() {
  // Every handler that may fault has all state in its registers, so any of them can go on there.
  static const bool registered = os::register_faulting_code(
      __start_zwasm_guarded, __stop_zwasm_guarded,
      [](const void*) { return std::bit_cast<const void*>(&op_out_of_bounds); });
  return registered;
}

#else

bool can_trap_by_fault() { return false; }

#endif

namespace {

Cell fixed_cell(IrOp op) {
  Cell cell{};
  cell.handler = handlers()[op];
  return cell;
}

/// Everybody's way to the cells but that of handlers, which run behind `invoke`. On first use, not
/// when the program begins: engines may be made before the objects of this file.
const FixedCells& made_fixed_cells() {
  [[maybe_unused]] static const bool made = [] {
    fixed_cells = {
        fixed_cell(IrOp::leave),
        fixed_cell(IrOp::restore),
        {fixed_cell(IrOp::enter), fixed_cell(IrOp::lazy)},
        {fixed_cell(IrOp::enter), fixed_cell(IrOp::host)},
    };
    return true;
  }();
  return fixed_cells;
}

}  // namespace

const Cell* leave_cell() { return &made_fixed_cells().leave; }
const Cell* restore_cell() { return &made_fixed_cells().restore; }
const Cell* lazy_body() { return made_fixed_cells().lazy; }
const Cell* host_body() { return made_fixed_cells().host; }

TrapKind invoke(ExecutionContext& context, const FuncRef& function, Slot* args) {
  ControlRecord* const control = context.control_top;
  control[0] = {leave_cell(), nullptr};
  VMContext* const vm = function.vmctx;
  const Cell* const body = load_body(function.entry);
  if (!fits(vm, body, args)) {
    context.trap = {stack_limit_trap(&context), nullptr, args, control + 1, vm};
    return context.trap.kind;
  }
  Slot* const stack_top = context.stack_top;
  const uint32_t host_depth = context.host_depth;
  {
    const os::WasmScope inside(&context);
    run(vm->memory0_base, vm, body + 1, args, reinterpret_cast<uint64_t>(function.entry),
        control + 1, 0, 0);
  }
  context.stack_top = stack_top;
  context.control_top = control;
  context.host_depth = host_depth;
  return context.trap.kind;
}

}  // namespace zwasm::interp
