#include "runtime/module_code.hpp"

#include <algorithm>
#include <numeric>

#include "binary/names.hpp"

namespace zwasm {

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

std::string_view ModuleCode::name() const {
  const std::string_view name = NameSection(module()).module_name();
  return name.empty() ? std::string_view(fallback_name_) : name;
}

std::string_view ModuleCode::function_name(uint32_t function) const {
  return NameSection(module()).function_name(FuncIndex{function});
}

std::string ModuleCode::display_name(uint32_t function) const {
  return find_function_name(module(), FuncIndex{function});
}

}  // namespace zwasm
