// Whether two engines do the same with a module.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "fuzz/subject.hpp"

namespace zwasm::fuzz {

/// What was compared, by what came out: "call returned", "trap unreachable", "uses gc", ...
using Counts = std::map<std::string, uint64_t>;

/// Compares what two engines do with modules.
class Comparison {
 public:
  Comparison(Subject& subject, Subject& reference) : subject_(subject), reference_(reference) {}

  /// Compiles, instantiates and calls every exported function with several arguments, and compares
  /// results, and memories, globals and tables afterwards. Returns what differs first; empty if
  /// nothing does. What comes after a budget is used up is not compared.
  std::string compare(std::span<const uint8_t> module);
  /// Compares only whether the module is valid.
  std::string compare_validity(std::span<const uint8_t> module);

  const Counts& counts() const { return counts_; }
  /// Prints every call.
  void set_verbose(bool verbose) { verbose_ = verbose; }

 private:
  struct Run;

  Subject& subject_;
  Subject& reference_;
  Counts counts_;
  bool verbose_ = false;
};

}  // namespace zwasm::fuzz
