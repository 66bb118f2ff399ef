// Bytes as a module in the binary format.
#include "fuzz/module_checks.hpp"
#include "fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zwasm::fuzz::check_module({data, size}, zwasm::Features());
  return 0;
}
