// The proposals a module may use.
#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

namespace zwasm {

enum class Feature : uint8_t {
#define FEATURE(name, text, built, enabled, state, description) name,
#include "wasm/features.def"
};

/// What is done with a feature.
enum class FeatureState : uint8_t {
  executed,   ///< everything in it runs
  validated,  ///< modules are checked, but cannot run
  ignored,    ///< read, without effect
};

struct FeatureInfo {
  std::string_view name;  ///< as on the command line
  bool built;             ///< part of this build
  bool enabled;           ///< by default
  FeatureState state;
  std::string_view description;
};

inline constexpr FeatureInfo feature_table[] = {
#define FEATURE(name, text, built, enabled, state, description) \
  {text, built, enabled, FeatureState::state, description},
#include "wasm/features.def"
};
inline constexpr size_t feature_count = std::size(feature_table);
static_assert(feature_count <= 32);

/// Whether this build has the code for a feature.
constexpr bool is_built(Feature feature) {
  return feature_table[static_cast<size_t>(feature)].built;
}

/// A set of features that this build has.
class Features {
 public:
  /// The features that are on by default.
  constexpr Features() {
    for (size_t i = 0; i < feature_count; ++i) {
      if (feature_table[i].built && feature_table[i].enabled) bits_ |= uint32_t{1} << i;
    }
  }
  constexpr bool has(Feature feature) const {
    return (bits_ >> static_cast<unsigned>(feature)) & 1;
  }
  /// What is not part of the build stays off.
  constexpr void set(Feature feature, bool on) {
    const uint32_t bit = uint32_t{1} << static_cast<unsigned>(feature);
    bits_ = on && is_built(feature) ? bits_ | bit : bits_ & ~bit;
  }
  constexpr bool operator==(const Features&) const = default;

 private:
  uint32_t bits_ = 0;
};

}  // namespace zwasm
