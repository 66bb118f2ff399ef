// Machine code from asmjit, without its headers.
#pragma once

#include <cstddef>
#include <cstdint>

/// Machine code of at most 16 bytes; `size` 0 means that this build leaves the architecture out.
struct EmittedCode {
  uint8_t bytes[16];
  size_t size;
};

/// x86-64: add eax, 7
[[gnu::visibility("default")]] EmittedCode emit_x64_add();

/// AArch64: add w0, w1, #7
[[gnu::visibility("default")]] EmittedCode emit_arm64_add();
