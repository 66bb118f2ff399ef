#include "binary/names.hpp"

#include "base/error.hpp"
#include "base/leb128.hpp"
#include "base/utf8.hpp"

namespace zwasm {

NameSection::NameSection(const Module& module) {
  for (const CustomSection& custom : module.customs) {
    if (custom.name == "name") {
      bytes_ = custom.bytes;
      return;
    }
  }
}

bool NameSection::Reader::u32(uint32_t& value) {
  const uint8_t* position = left.data();
  const uint8_t* const end = position + left.size();
  if (read_leb(position, end, value) != LebError::none) return false;
  left = {position, end};
  return true;
}

bool NameSection::Reader::name(std::string_view& name) {
  uint32_t size;
  if (!u32(size) || size > left.size()) return false;
  name = {reinterpret_cast<const char*>(left.data()), size};
  left = left.subspan(size);
  return true;
}

std::span<const uint8_t> NameSection::subsection(NameKind kind) const {
  Reader reader{bytes_};
  while (!reader.left.empty()) {
    const uint8_t id = reader.left[0];
    reader.left = reader.left.subspan(1);
    uint32_t size;
    if (!reader.u32(size) || size > reader.left.size()) return {};
    if (id == static_cast<uint8_t>(kind)) return reader.left.first(size);
    reader.left = reader.left.subspan(size);
  }
  return {};
}

std::string_view NameSection::module_name() const {
  Reader reader{subsection(NameKind::module)};
  std::string_view name;
  if (!reader.name(name) || !is_valid_utf8(name)) return {};
  return name;
}

std::string_view NameSection::name(NameKind kind, uint32_t index) const {
  Reader reader{subsection(kind)};
  uint32_t count, found;
  std::string_view name;
  if (!reader.u32(count)) return {};
  for (uint32_t i = 0; i < count && reader.u32(found) && reader.name(name); ++i) {
    if (found == index) return is_valid_utf8(name) ? name : std::string_view();
  }
  return {};
}

std::string_view NameSection::inner_name(NameKind kind, uint32_t outer, uint32_t index) const {
  std::string_view result;
  for_each_inner(kind, [&](uint32_t found_outer, uint32_t found, std::string_view name) {
    if (found_outer == outer && found == index && result.empty() && is_valid_utf8(name)) {
      result = name;
    }
  });
  return result;
}

namespace {

std::string find_name(const Module& module, NameKind name_kind, ExternKind kind, uint32_t index) {
  const std::string_view name = NameSection(module).name(name_kind, index);
  if (!name.empty()) return std::string(name);
  for (const Export& item : module.exports) {
    if (item.kind == kind && item.index == index) return std::string(item.name);
  }
  for (const Import& import : module.imports) {
    if (import.kind == kind && import.index == index) {
      return std::string(import.module) + "." + std::string(import.name);
    }
  }
  return {};
}

}  // namespace

std::string find_function_name(const Module& module, FuncIndex index) {
  return find_name(module, NameKind::function, ExternKind::func, raw(index));
}

std::string find_tag_name(const Module& module, TagIndex index) {
  return find_name(module, NameKind::tag, ExternKind::tag, raw(index));
}

std::string function_label(std::string_view name, FuncIndex index) {
  if (name.empty()) return format("function[%u]", raw(index));
  const std::string text = quoted(name);
  return text.substr(1, text.size() - 2);
}

}  // namespace zwasm
