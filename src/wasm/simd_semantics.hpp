// The meaning of every pure vector instruction: semantics::f32x4_add and so on. Each has a portable
// version in semantics::portable, which is its definition; where a machine's own instructions win
// clearly, a function of the same name in simd_x64.hpp or simd_arm64.hpp hides that version.
// Operands come in stack order, then the immediate. Which NaN an arithmetic instruction yields may
// differ between the versions, as the specification allows.
#pragma once

#include "wasm/lanes.hpp"
#include "wasm/semantics.hpp"
#include "wasm/simd_float.hpp"
#include "wasm/simd_integer.hpp"
#include "wasm/simd_lanes.hpp"

namespace zwasm::semantics {
/// A qualified name finds a function of this namespace first, and looks in `portable` only if there
/// is none.
using namespace portable;
}  // namespace zwasm::semantics

#if defined(__SSE2__)
#include "wasm/simd_x64.hpp"
#elif defined(__aarch64__)
#include "wasm/simd_arm64.hpp"
#endif

#include "wasm/simd_relaxed.hpp"
