// Bytes as a module that is run, or as the choices of a generator of such modules.
#include <algorithm>
#include <iterator>
#include <vector>

#include "fuzz/execution.hpp"
#include "fuzz/failure.hpp"
#include "fuzz/module_checks.hpp"
#include "fuzz/module_generator.hpp"
#include "fuzz/target.hpp"

namespace zwasm::fuzz {
namespace {

/// The run with fuel. Without fuel the same must come out.
Execution check_execution(std::span<const uint8_t> module) {
  Execution metered = execute(module, true);
  if (metered.compiled && metered.is_complete) {
    require_same(metered, execute(module, false), "fuel does not change results");
  }
  return metered;
}

void check_generated(std::span<const uint8_t> choices) {
  const std::vector<uint8_t> module = generate_module(choices, {});
  const Execution expected = check_execution(module);
  require(expected.compiled, "a generated module is valid");
  check_module(module, Features());
  if (computes_with_floats(choices)) return;
  const std::vector<uint8_t> other = generate_module(choices, {Constants::in_globals});
  require_same(expected, execute(other, true), "knowing constants does not change results");
}

}  // namespace
}  // namespace zwasm::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr uint8_t magic[] = {0, 'a', 's', 'm'};
  if (size >= 4 && std::equal(magic, std::end(magic), data)) {
    zwasm::fuzz::check_execution({data, size});
  } else {
    zwasm::fuzz::check_generated({data, size});
  }
  return 0;
}
