// How a fuzz target reports that something does not hold.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace zwasm::fuzz {

/// Prints what does not hold and aborts, which fuzzers and tests take for a crash.
[[noreturn]] void fail(std::string_view what, std::string_view detail = {});

inline void require(bool holds, std::string_view what) {
  if (!holds) fail(what);
}

/// A Result or Status that must be a success.
template <class R>
void require_ok(const R& result, std::string_view what) {
  if (!result.ok()) fail(what, result.error().message);
}

}  // namespace zwasm::fuzz
