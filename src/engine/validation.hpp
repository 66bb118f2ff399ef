// Validation of whole modules, on several processors where that pays.
#pragma once

#include <span>

#include "base/result.hpp"
#include "wasm/features.hpp"
#include "wasm/module.hpp"
#include "wasm/type_canon.hpp"

namespace zwasm {

/// Like validate_module: same types, same error. The bodies of a big module are divided among
/// threads; `max_threads` is Config::validation_threads. The others have ended when this returns.
Status validate_on_threads(const Module& module, const Features& features, TypeRegistry& registry,
                           std::span<CanonicalType> type_ids, unsigned max_threads,
                           Allocator& allocator = system_allocator());

}  // namespace zwasm
