#include "fuzz/failure.hpp"

#include <cstdio>
#include <cstdlib>

namespace zwasm::fuzz {

void fail(std::string_view what, std::string_view detail) {
  std::fprintf(stderr, "does not hold: %.*s%s%.*s\n", static_cast<int>(what.size()), what.data(),
               detail.empty() ? "" : ": ", static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace zwasm::fuzz
