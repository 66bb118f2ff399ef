#include "runtime/module_code.hpp"

#include <algorithm>
#include <numeric>

#include "binary/byte_reader.hpp"

namespace zwasm {
namespace {

/// Subsections of the name section.
constexpr uint8_t module_name_id = 0;
constexpr uint8_t function_names_id = 1;

/// Finds a subsection of the name section; false if there is none, or the section is not well formed
/// (custom sections make no module malformed).
bool find_names(const Module& module, uint8_t wanted, ByteReader& names) {
  for (const CustomSection& custom : module.customs) {
    if (custom.name != "name") continue;
    ByteReader reader;
    reader.reset(custom.bytes, 0, Features());
    while (!reader.at_end()) {
      uint8_t id;
      uint32_t size;
      std::span<const uint8_t> bytes;
      if (!reader.read_u8(id) || !reader.read_length(size) || !reader.read_bytes(size, bytes)) {
        break;
      }
      if (id == wanted) {
        names.reset(bytes, 0, Features());
        return true;
      }
    }
  }
  return false;
}

}  // namespace

int64_t ModuleCode::find_export(std::string_view name) {
  const std::span<const Export> exports = module().exports;
  std::call_once(export_index_made_, [&] {
    export_index_.resize(exports.size());
    std::iota(export_index_.begin(), export_index_.end(), 0u);
    std::ranges::sort(export_index_.span(), {}, [&](uint32_t i) { return exports[i].name; });
  });
  const auto found = std::ranges::lower_bound(export_index_.span(), name, {},
                                              [&](uint32_t i) { return exports[i].name; });
  if (found == export_index_.span().end() || exports[*found].name != name) return -1;
  return *found;
}

std::string_view ModuleCode::name() {
  ByteReader reader;
  std::string_view name;
  if (find_names(module(), module_name_id, reader) && reader.read_name(name)) return name;
  return fallback_name_;
}

std::string_view ModuleCode::function_name(uint32_t function) {
  ByteReader reader;
  uint32_t count;
  if (!find_names(module(), function_names_id, reader) || !reader.read_length(count)) return {};
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t index;
    std::string_view name;
    if (!reader.read_u32(index) || !reader.read_name(name)) break;
    if (index == function) return name;
  }
  return {};
}

}  // namespace zwasm
