// zwasm as a subject of comparison.
#pragma once

#include <memory>

#include "engine/config.hpp"
#include "fuzz/subject.hpp"

namespace zwasm::fuzz {

/// `config` is completed with bounds of memory and stack.
std::unique_ptr<Subject> make_zwasm(Config config);

}  // namespace zwasm::fuzz
