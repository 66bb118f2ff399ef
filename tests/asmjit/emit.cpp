#include "emit.hpp"

#include <asmjit/a64.h>
#include <asmjit/x86.h>

#include <cstring>

namespace {

template <class Assembler, class Emit>
EmittedCode emit(asmjit::Arch arch, Emit instruction) {
  EmittedCode result = {};
  asmjit::CodeHolder code;
  if (code.init(asmjit::Environment(arch)) != asmjit::kErrorOk) return result;
  Assembler assembler(&code);
  if (instruction(assembler) != asmjit::kErrorOk) return result;
  const asmjit::CodeBuffer& buffer = code.textSection()->buffer();
  if (buffer.size() > sizeof(result.bytes)) return result;
  std::memcpy(result.bytes, buffer.data(), buffer.size());
  result.size = buffer.size();
  return result;
}

}  // namespace

EmittedCode emit_x64_add() {
#ifdef ASMJIT_NO_X86
  return {};
#else
  return emit<asmjit::x86::Assembler>(
      asmjit::Arch::kX64, [](auto& assembler) { return assembler.add(asmjit::x86::eax, 7); });
#endif
}

EmittedCode emit_arm64_add() {
#ifdef ASMJIT_NO_AARCH64
  return {};
#else
  return emit<asmjit::a64::Assembler>(asmjit::Arch::kAArch64, [](auto& assembler) {
    return assembler.add(asmjit::a64::w0, asmjit::a64::w1, 7);
  });
#endif
}
