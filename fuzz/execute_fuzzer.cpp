// Bytes as a module that is run, or as the choices of a generator of such modules.
#include <algorithm>
#include <iterator>
#include <vector>

#include "fuzz/execution.hpp"
#include "fuzz/module_checks.hpp"
#include "fuzz/module_generator.hpp"
#include "fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr uint8_t magic[] = {0, 'a', 's', 'm'};
  using namespace zwasm::fuzz;
  if (size >= 4 && std::equal(magic, std::end(magic), data)) {
    check_execution({data, size}, false);
  } else {
    const std::vector<uint8_t> module = generate_module({data, size});
    check_execution(module, true);
    check_module(module, zwasm::Features());
  }
  return 0;
}
