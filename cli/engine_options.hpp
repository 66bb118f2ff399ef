// Options of every command that makes an engine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "engine/config.hpp"

namespace zwasm::cli {

/// Of every command that reads a module.
class FeatureOptions {
 public:
  void declare(Options& options);
  /// Throws UsageError for a feature that does not exist.
  Features features() const;
  /// A configuration with these features.
  Config config() const;

 private:
  std::vector<std::string> disabled_;
};

/// Of every command that runs modules.
class EngineOptions {
 public:
  void declare(Options& options);
  /// The configuration. Throws UsageError for a value that this build has nothing for.
  Config config() const;

 private:
  FeatureOptions features_;
  std::optional<std::string> tier_, engine_;
  std::optional<std::string> max_memory_, max_stack_, max_table_elements_, max_gc_heap_;
  bool gc_stress_ = false;
  bool deterministic_ = false;
  bool no_signals_ = false;
  bool explicit_bounds_checks_ = false;
};

/// A number of bytes: "65536", "64k", "2MiB", "1G". Throws UsageError naming the option.
uint64_t parse_size(const std::string& option, const std::string& text);
/// A duration in nanoseconds: milliseconds, or with us, ms, s, m, h; decimals may follow a point.
uint64_t parse_duration(const std::string& option, const std::string& text);
/// A plain number.
uint64_t parse_count(const std::string& option, const std::string& text);

}  // namespace zwasm::cli
