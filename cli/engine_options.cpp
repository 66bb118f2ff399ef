#include "engine_options.hpp"

#include <algorithm>
#include <charconv>

#include "report.hpp"

namespace zwasm::cli {
namespace {

struct Unit {
  const char* suffix;
  uint64_t factor;
};

/// Takes the digits behind a decimal point off `suffix`: as millionths, those behind the sixth are
/// cut. Nothing if there is none.
std::optional<uint64_t> take_fraction(std::string_view& suffix) {
  uint64_t millionths = 0;
  size_t digits = 0;
  for (; digits + 1 < suffix.size(); ++digits) {
    const char c = suffix[digits + 1];
    if (c < '0' || c > '9') break;
    if (digits < 6) millionths = millionths * 10 + static_cast<uint64_t>(c - '0');
  }
  if (digits == 0) return std::nullopt;
  for (size_t i = digits; i < 6; ++i) millionths *= 10;
  suffix.remove_prefix(digits + 1);
  return millionths;
}

enum class Decimals : uint8_t { refused, accepted };

template <size_t count>
uint64_t parse_with_unit(const std::string& option, const std::string& text,
                         const Unit (&units)[count], const char* example,
                         Decimals decimals = Decimals::refused) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view suffix(end, static_cast<size_t>(text.data() + text.size() - end));
  if (error != std::errc::invalid_argument) {
    uint64_t millionths = 0;
    if (decimals == Decimals::accepted && suffix.starts_with('.')) {
      millionths = take_fraction(suffix).value_or(0);
    }
    for (const Unit& unit : units) {
      if (suffix != unit.suffix) continue;
      const uint64_t part = unit.factor * millionths / 1000000;
      if (error == std::errc() && number <= (UINT64_MAX - part) / unit.factor) {
        return number * unit.factor + part;
      }
      throw UsageError{option + ": " + echo(text) + " is out of range"};
    }
  }
  throw UsageError{option + ": " + echo(text) + " is not " + example};
}

std::string feature_names(const char* separator) {
  std::string names;
  for (const FeatureInfo& feature : feature_table) {
    names += (names.empty() ? "" : separator) + std::string(feature.name);
  }
  return names;
}

}  // namespace

uint64_t parse_size(const std::string& option, const std::string& text) {
  static constexpr Unit units[] = {
      {"", 1},           {"B", 1},          {"k", 1u << 10},  {"K", 1u << 10},  {"KiB", 1u << 10},
      {"M", 1u << 20},   {"m", 1u << 20},   {"MiB", 1u << 20}, {"G", 1u << 30}, {"g", 1u << 30},
      {"GiB", 1u << 30}, {"KB", 1000},      {"MB", 1000000},  {"GB", 1000000000}};
  return parse_with_unit(option, text, units, "a size, such as 65536, 64k or 16MiB");
}

uint64_t parse_duration(const std::string& option, const std::string& text) {
  static constexpr Unit units[] = {{"", 1000000},     {"us", 1000},        {"ms", 1000000},
                                   {"s", 1000000000}, {"m", 60000000000u}, {"h", 3600000000000u}};
  return parse_with_unit(option, text, units,
                         "a duration, such as 500 (milliseconds), 1.5s, 10m or 1h",
                         Decimals::accepted);
}

uint64_t parse_count(const std::string& option, const std::string& text) {
  static constexpr Unit units[] = {{"", 1}};
  return parse_with_unit(option, text, units, "a number");
}

void FeatureOptions::declare(Options& options) {
  options
      .add_option("--disable-feature", disabled_,
                  "Reject modules that use a feature (see zwasm features)")
      .type_name("NAME")
      .values(feature_names(" "))
      .group("Engine");
}

Features FeatureOptions::features() const {
  Features features;
  for (const std::string& name : disabled_) {
    const auto* row = std::ranges::find(feature_table, name, &FeatureInfo::name);
    if (row == std::end(feature_table)) {
      throw UsageError{"--disable-feature: " + echo(name) + " is no feature; there are " +
                       feature_names(", ")};
    }
    features.set(static_cast<Feature>(row - feature_table), false);
  }
  return features;
}

Config FeatureOptions::config() const {
  Config config;
  config.features = features();
  return config;
}

void EngineOptions::declare(Options& options) {
  options.add_option("--tier", tier_, "Which code may run: auto, or 0 for the interpreter alone")
      .type_name("TIER")
      .values("auto 0")
      .group("Engine");
  options.add_option("--engine", engine_, "The same in other words: auto, interp or jit")
      .type_name("NAME")
      .values("auto interp jit")
      .group("Engine");
  options
      .add_option("--max-memory", max_memory_,
                  "Ceiling of all linear memories together; growing beyond it fails")
      .type_name("SIZE")
      .group("Limits");
  options.add_option("--max-table-elements", max_table_elements_, "Ceiling of all tables together")
      .type_name("N")
      .group("Limits");
  options.add_option("--max-stack", max_stack_, "Stack for wasm values (1MiB by default)")
      .type_name("SIZE")
      .group("Limits");
  options
      .add_option("--max-gc-heap", max_gc_heap_,
                  "Ceiling of garbage-collected objects; allocating beyond it traps")
      .type_name("SIZE")
      .group("Limits");
  options
      .add_flag("--gc-stress", gc_stress_,
                "Collect garbage at every allocation: slow, finds references that were not updated")
      .group("Engine");
  options
      .add_flag("--deterministic", deterministic_,
                "The same results on every machine: NaNs are canonical")
      .group("Engine");
  features_.declare(options);
  options
      .add_flag("--no-signals", no_signals_, "Install no signal handlers; check bounds explicitly")
      .group("Engine");
  options
      .add_flag("--explicit-bounds-checks", explicit_bounds_checks_,
                "Compare memory accesses with the size instead of using guard pages")
      .group("Engine");
}

Config EngineOptions::config() const {
  Config config = features_.config();
  if (tier_) {
    if (*tier_ == "0") {
      config.tier = TierPolicy::interpreter;
    } else if (*tier_ == "1" || *tier_ == "2") {
      throw UsageError{"--tier: this build has no compiler; use 0 or auto"};
    } else if (*tier_ != "auto") {
      throw UsageError{"--tier: " + echo(*tier_) + " is not a tier; use 0 or auto"};
    }
  }
  if (engine_) {
    if (*engine_ == "interp") {
      config.tier = TierPolicy::interpreter;
    } else if (*engine_ == "jit") {
      throw UsageError{"--engine: this build has no compiler; use auto or interp"};
    } else if (*engine_ != "auto") {
      throw UsageError{"--engine: " + echo(*engine_) + " is not an engine; use auto or interp"};
    }
  }
  if (max_memory_) config.max_memory_bytes = parse_size("--max-memory", *max_memory_);
  if (max_stack_) {
    config.max_stack_bytes = parse_size("--max-stack", *max_stack_);
    if (config.max_stack_bytes < 4096 || config.max_stack_bytes > (uint64_t{1} << 32)) {
      throw UsageError{"--max-stack: must be between 4096 bytes and 4 GiB"};
    }
  }
  if (max_table_elements_) {
    config.max_table_elements = parse_count("--max-table-elements", *max_table_elements_);
  }
  if (max_gc_heap_) config.max_heap_bytes = parse_size("--max-gc-heap", *max_gc_heap_);
  config.collect_always = gc_stress_;
  config.deterministic = deterministic_;
  config.no_signals = no_signals_;
  config.explicit_bounds_checks = explicit_bounds_checks_;
  return config;
}

}  // namespace zwasm::cli
