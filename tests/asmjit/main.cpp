#include <cstdio>
#include <cstring>

#include "emit.hpp"

namespace {

bool matches(const char* name, const EmittedCode& code, const uint8_t* expected, size_t size) {
  if (code.size == size && std::memcmp(code.bytes, expected, size) == 0) return true;
  std::printf("%s: %zu bytes, not the expected %zu\n", name, code.size, size);
  return false;
}

}  // namespace

int main() {
  const uint8_t x64[] = {0x83, 0xC0, 0x07};
  const uint8_t arm64[] = {0x20, 0x1C, 0x00, 0x11};
  const EmittedCode x64_code = emit_x64_add();
  const EmittedCode arm64_code = emit_arm64_add();
  // Release builds know their own architecture only.
#ifdef __aarch64__
  const bool x64_may_miss = true, arm64_may_miss = false;
#else
  const bool x64_may_miss = false, arm64_may_miss = true;
#endif
#ifdef NDEBUG
  const bool foreign_left_out = true;
#else
  const bool foreign_left_out = false;
#endif
  bool good = true;
  if (x64_code.size != 0 || !(x64_may_miss && foreign_left_out)) {
    good = matches("x64", x64_code, x64, sizeof(x64)) && good;
  }
  if (arm64_code.size != 0 || !(arm64_may_miss && foreign_left_out)) {
    good = matches("arm64", arm64_code, arm64, sizeof(arm64)) && good;
  }
  return good ? 0 : 1;
}
