// The `metadata.code.branch_hint` custom section (specification, Appendix: Custom Sections).
#pragma once

#include <cstdint>

#include "base/vector.hpp"
#include "base/result.hpp"
#include "wasm/module.hpp"

namespace zwasm {

struct BranchHint {
  FuncIndex function{0};
  uint32_t offset = 0;  ///< of the `if` or `br_if` in the module
  bool likely = false;  ///< the condition is likely to hold
};

/// The branch hints of a decoded module in ascending order of offsets; none if it has no such
/// section. Fails if the section is malformed, which does not make the module malformed.
Result<Vector<BranchHint>> decode_branch_hints(const Module& module,
                                               Allocator& allocator = system_allocator());

}  // namespace zwasm
