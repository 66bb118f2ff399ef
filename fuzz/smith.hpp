// Modules made by wasm-smith, through the command wasm-tools.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/random.hpp"

namespace zwasm::fuzz {

class Smith {
 public:
  /// `command` is the program wasm-tools. `folder` gets a file that it reads. `features`: the only
  /// features that modules use, by commas, instead of some chosen for each module.
  Smith(std::string command, const std::string& folder, std::optional<std::string> features);

  /// A valid module; empty if the choices lead to none. Deterministic in `random` and the program's
  /// version.
  std::vector<uint8_t> generate(Random& random);

 private:
  std::string command_;
  std::string imports_;
  std::optional<std::string> features_;
};

}  // namespace zwasm::fuzz
