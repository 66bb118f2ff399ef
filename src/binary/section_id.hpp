// Numbers of a module's sections (specification, Binary Format: Sections).
#pragma once

#include <cstdint>

namespace zwasm {

enum class SectionId : uint8_t {
  custom = 0,
  type = 1,
  import = 2,
  function = 3,
  table = 4,
  memory = 5,
  global = 6,
  export_ = 7,
  start = 8,
  element = 9,
  code = 10,
  data = 11,
  data_count = 12,
  tag = 13,
};
inline constexpr uint8_t section_count = 14;

/// Position of a non-custom section in a module, from 1: sections are not in the order of their
/// numbers.
constexpr uint8_t section_order(SectionId id) {
  switch (id) {
    case SectionId::custom: return 0;
    case SectionId::type: return 1;
    case SectionId::import: return 2;
    case SectionId::function: return 3;
    case SectionId::table: return 4;
    case SectionId::memory: return 5;
    case SectionId::tag: return 6;
    case SectionId::global: return 7;
    case SectionId::export_: return 8;
    case SectionId::start: return 9;
    case SectionId::element: return 10;
    case SectionId::data_count: return 11;
    case SectionId::code: return 12;
    case SectionId::data: return 13;
  }
  return 0;
}

/// "type", "import", ...
constexpr const char* section_name(SectionId id) {
  switch (id) {
    case SectionId::custom: return "custom";
    case SectionId::type: return "type";
    case SectionId::import: return "import";
    case SectionId::function: return "function";
    case SectionId::table: return "table";
    case SectionId::memory: return "memory";
    case SectionId::global: return "global";
    case SectionId::export_: return "export";
    case SectionId::start: return "start";
    case SectionId::element: return "element";
    case SectionId::code: return "code";
    case SectionId::data: return "data";
    case SectionId::data_count: return "data count";
    case SectionId::tag: return "tag";
  }
  return "";
}

}  // namespace zwasm
