#include "engine/validation.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace zwasm {
namespace {

constexpr size_t function_count = 300;

/// Big enough for all threads; the functions in `invalid` are not valid, each in its own way.
std::string module_text(const std::set<size_t>& invalid) {
  std::string text = "(module";
  for (size_t i = 0; i < function_count; ++i) {
    text += " (func";
    for (size_t k = 0; k < 200 + i % 7; ++k) text += " f64.const 1 drop";
    if (invalid.count(i) != 0) text += " local.get " + std::to_string(1000 + i) + " drop";
    text += ")";
  }
  return text + ")";
}

}  // namespace

TEST_CASE("a big module is validated the same way by any number of threads" *
          doctest::test_suite("long")) {
  const std::vector<std::set<size_t>> cases = {{},    {0},          {function_count - 1},
                                               {150}, {70, 71, 72}, {20, 100, 180, 260}};
  for (const std::set<size_t>& invalid : cases) {
    const std::string text = module_text(invalid);
    for (const unsigned threads : {1u, 0u, 2u, 4u, 100u}) {
      Config config;
      config.validation_threads = threads;
      config.explicit_bounds_checks = true;  // so that engines need not look for address space
      Engine engine(config);
      const auto module = engine.compile(text);
      REQUIRE(module.ok() == invalid.empty());
      if (module.ok()) continue;
      CHECK(module.error().kind == ErrorKind::invalid);
      CHECK(module.error().message.starts_with("unknown local " +
                                               std::to_string(1000 + *invalid.begin())));
    }
  }
}

}  // namespace zwasm
