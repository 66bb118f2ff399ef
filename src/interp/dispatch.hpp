// How a handler goes on to the next. The handlers are written once, as blocks behind these macros,
// and built in one of two forms:
//
//  - Tail calls (clang): each handler is a function that gets the state as arguments and ends in a
//    guaranteed tail call. With preserve_none (clang 19) all state is in the registers of the
//    register contract. Then faults of guarded memory accesses can be turned into traps: the state
//    is in registers at the access, and the fault handler need only set the program counter.
//  - Computed goto (GCC): the handlers are labels in one function. Where it keeps its state is the
//    compiler's choice, so memory accesses are checked.
//
//   HANDLER(name) { ... }         the code of the operation `name`; must end in one of:
//   NEXT(cells)                   go on behind this operation's cell and its data
//   DISPATCH()                    go on at ip
//   TAIL(name)                    go on in another handler, with ip where it is
//   FINISH()                      leave the interpreter
//   GUARD_HANDLER(name) { ... }   one that may fault
//   OUTLINED_HANDLER(name) {...}  one that is never merged into the handlers which continue in it,
//                                 because it calls C++ and so has a prologue
//   COLD_HANDLER(name) { ... }    the same for slow paths
#pragma once

#include <bit>

#include "runtime/registers.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define ZWASM_INTERP_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ZWASM_INTERP_SANITIZED 1
#endif

#if defined(__clang__)
#define ZWASM_INTERP_TAIL_CALLS 1
#else
#define ZWASM_INTERP_TAIL_CALLS 0
#endif

#if ZWASM_INTERP_TAIL_CALLS

// Without preserve_none there are too few scratch registers: handlers save some on the stack, and
// cannot be left at a fault. Sanitizers add calls, and cannot do without the C convention.
#if __has_attribute(preserve_none) && !defined(ZWASM_INTERP_SANITIZED)
#define ZWASM_HANDLER_CONVENTION __attribute__((preserve_none))
#define ZWASM_INTERP_FAULTS 1
#else
#define ZWASM_HANDLER_CONVENTION
#define ZWASM_INTERP_FAULTS 0
#endif
#define ZWASM_HANDLER_TYPE(name) ZWASM_HANDLER_CONVENTION void name(ZWASM_STATE)

namespace zwasm::interp {
using Handler = ZWASM_HANDLER_CONVENTION void (*)(uint8_t*, VMContext*, const Cell*, Slot*,
                                                  uint64_t, ControlRecord*, float, double);
}  // namespace zwasm::interp

#define HANDLER(name) ZWASM_HANDLER_TYPE(op_##name)
// One section, so that two addresses tell whether a fault happened in such a handler. The linker
// defines __start_ and __stop_ symbols for it because its name is an identifier.
#define GUARD_HANDLER(name) [[gnu::section("zwasm_guarded")]] ZWASM_HANDLER_TYPE(op_##name)
#define OUTLINED_HANDLER(name) [[gnu::noinline]] ZWASM_HANDLER_TYPE(op_##name)
#define COLD_HANDLER(name) [[gnu::cold, gnu::noinline]] ZWASM_HANDLER_TYPE(op_##name)
#define DISPATCH() \
  [[clang::musttail]] return std::bit_cast<Handler>(ip->handler)(ZWASM_STATE_ARGUMENTS)
#define TAIL(name) [[clang::musttail]] return op_##name(ZWASM_STATE_ARGUMENTS)
#define FINISH() return

#else

#define ZWASM_INTERP_FAULTS 0
#define HANDLER(name) L_##name:
#define GUARD_HANDLER(name) HANDLER(name)
#define OUTLINED_HANDLER(name) HANDLER(name)
#define COLD_HANDLER(name) HANDLER(name)
#define DISPATCH() goto* ip->handler
#define TAIL(name) goto L_##name
#define FINISH() return

#endif

#define NEXT(cells) \
  ip += (cells);    \
  DISPATCH()
