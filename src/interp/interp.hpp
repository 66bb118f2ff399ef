// T0: the interpreter of register IR.
#pragma once

#include "ir/cell.hpp"
#include "runtime/vm_context.hpp"

namespace zwasm::interp {

/// The interpreter's code for each operation; what lowering writes into cells.
HandlerTable handlers();

/// True if guarded memory forms may be used: a fault inside a handler can be turned into a trap.
/// False in the portable form of the interpreter (older compilers, sanitizers).
bool can_trap_by_fault();

/// Bodies without a function of their own: FuncEntry::body of a function that is not lowered yet,
/// and of host functions.
const Cell* lazy_body();
const Cell* host_body();

/// What control records that belong to no call lead to (runtime/frame.hpp).
const Cell* leave_cell();
const Cell* restore_cell();

/// Calls `function`, which is no host function, with its arguments at args[0..], which must lie on
/// the context's value stack, at or above stack_top. Results replace the arguments. On failure
/// context.trap says where. May be called again from a host function that runs inside (nested
/// entry).
TrapKind invoke(ExecutionContext& context, const FuncRef& function, Slot* args);

}  // namespace zwasm::interp
