// The registers that the compiler gives a handler's parameters are those of the contract.
#include "runtime/registers.hpp"

#include <doctest/doctest.h>

#include "interp/dispatch.hpp"

#if ZWASM_INTERP_FAULTS

extern "C" {
/// What was in each general register: those that the contract names.
[[gnu::visibility("hidden")]] uint64_t zwasm_test_registers[32];
}

namespace zwasm::interp {
namespace {

[[gnu::naked]] ZWASM_HANDLER_TYPE(probe) {
#if defined(__x86_64__)
  asm("leaq zwasm_test_registers(%rip), %rax\n"
      "movq %rsi, 6*8(%rax)\n"
      "movq %rdi, 7*8(%rax)\n"
      "movq %r12, 12*8(%rax)\n"
      "movq %r13, 13*8(%rax)\n"
      "movq %r14, 14*8(%rax)\n"
      "movq %r15, 15*8(%rax)\n"
      "retq");
#else
  asm("adrp x9, zwasm_test_registers\n"
      "add x9, x9, :lo12:zwasm_test_registers\n"
      "stp x20, x21, [x9, #20*8]\n"
      "stp x22, x23, [x9, #22*8]\n"
      "stp x24, x25, [x9, #24*8]\n"
      "ret");
#endif
}

TEST_CASE("handlers get the interpreter's state in the registers of the contract") {
#if defined(__x86_64__)
  constexpr RegisterContract registers = x64_registers;
#else
  constexpr RegisterContract registers = arm64_registers;
#endif
  uint8_t memory[1];
  alignas(16) uint8_t vmctx[1];
  alignas(16) uint8_t cell[1];
  Slot slot;
  ControlRecord control;
  auto* const vm = reinterpret_cast<VMContext*>(vmctx);
  const auto* const ip = reinterpret_cast<const Cell*>(cell);
  probe(memory, vm, ip, &slot, 0x1234, &control, 0, 0);
  const uint64_t* const seen = zwasm_test_registers;
  CHECK(seen[registers.memory0_base] == reinterpret_cast<uint64_t>(memory));
  CHECK(seen[registers.vmctx] == reinterpret_cast<uint64_t>(vm));
  CHECK(seen[registers.frame] == reinterpret_cast<uint64_t>(&slot));
  CHECK(seen[registers.ip] == reinterpret_cast<uint64_t>(ip));
  CHECK(seen[registers.acc] == 0x1234);
  CHECK(seen[registers.control] == reinterpret_cast<uint64_t>(&control));
}

}  // namespace
}  // namespace zwasm::interp

#endif
