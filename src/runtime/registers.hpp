// The register contract: where the state of running wasm is while interpreted or compiled code
// runs.
//
//   state                      x86-64   AArch64   pinned
//   base of memory 0           r12      x20       yes
//   VMContext*                 r13      x21       yes
//   instruction pointer        r14      x22       interpreter only
//   frame (Slot*)              r15      x23       yes
//   integer accumulator        rdi      x24       interpreter only
//   control stack pointer      rsi      x25       interpreter only
//   f32 accumulator            xmm0     s0        interpreter only
//   f64 accumulator            xmm1     d1        interpreter only
//
// "Pinned" registers hold their value in every tier. A wasm call preserves nothing else, so no tier
// restores a register for another one. The interpreter's other registers are scratch registers of
// compiled code. On x86-64 all four of r12-r15 are callee-saved in the C convention, on AArch64 all
// of x20-x25: a C function called from a handler keeps them.
//
// The interpreter reaches this assignment by the order of its handlers' parameters under clang's
// preserve_none convention, which passes arguments in r12 r13 r14 r15 rdi rsi ... and x20 x21 ...
// Other compilers build forms of the interpreter with other registers (interp/dispatch.hpp); they
// cross to compiled code through a stub that moves the state.
#pragma once

#include <cstdint>

#include "runtime/frame.hpp"

namespace zwasm {

struct Cell;
struct VMContext;

/// The numbers of these registers in machine code.
struct RegisterContract {
  uint8_t memory0_base, vmctx, frame;  ///< pinned
  uint8_t ip, acc, control;
};
inline constexpr RegisterContract x64_registers{
    .memory0_base = 12, .vmctx = 13, .frame = 15, .ip = 14, .acc = 7, .control = 6};
inline constexpr RegisterContract arm64_registers{
    .memory0_base = 20, .vmctx = 21, .frame = 23, .ip = 22, .acc = 24, .control = 25};

/// The parameters of every handler, in the order that the register contract fixes. An accumulator
/// holds its value as a slot does: an i32 is zero-extended.
#define ZWASM_STATE                                                                              \
  [[maybe_unused]] uint8_t *mem, [[maybe_unused]] VMContext *vm, [[maybe_unused]] const Cell *ip, \
      [[maybe_unused]] Slot *fr, [[maybe_unused]] uint64_t acc,                                   \
      [[maybe_unused]] ControlRecord *csp, [[maybe_unused]] float f32, [[maybe_unused]] double f64
#define ZWASM_STATE_ARGUMENTS mem, vm, ip, fr, acc, csp, f32, f64

}  // namespace zwasm
