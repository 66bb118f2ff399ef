#include "text/name_section.hpp"

#include "binary/names.hpp"

namespace zwasm::text {
namespace {

void write_map(NameKind kind, std::span<const NamedIndex> names, ByteWriter& section) {
  if (names.empty()) return;
  section.u8(static_cast<uint8_t>(kind));
  const size_t start = section.begin_sized();
  section.u32(static_cast<uint32_t>(names.size()));
  for (const NamedIndex& entry : names) {
    section.u32(entry.index);
    section.name(entry.name);
  }
  section.end_sized(start);
}

/// `names` is sorted by outer index, then by index.
void write_indirect_map(NameKind kind, std::span<const NamedInner> names, ByteWriter& section) {
  if (names.empty()) return;
  uint32_t groups = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    groups += i == 0 || names[i].outer != names[i - 1].outer;
  }
  section.u8(static_cast<uint8_t>(kind));
  const size_t start = section.begin_sized();
  section.u32(groups);
  for (size_t i = 0; i < names.size();) {
    size_t end = i;
    while (end < names.size() && names[end].outer == names[i].outer) ++end;
    section.u32(names[i].outer);
    section.u32(static_cast<uint32_t>(end - i));
    for (; i < end; ++i) {
      section.u32(names[i].index);
      section.name(names[i].name);
    }
  }
  section.end_sized(start);
}

}  // namespace

bool encode_names(std::string_view module_name, const ParseContext& context, ByteWriter& section) {
  if (module_name.data() != nullptr) {
    section.u8(static_cast<uint8_t>(NameKind::module));
    const size_t start = section.begin_sized();
    section.name(module_name);
    section.end_sized(start);
  }
  write_map(NameKind::function, context.functions.named, section);
  write_indirect_map(NameKind::local, context.locals, section);
  write_indirect_map(NameKind::label, context.labels, section);
  write_map(NameKind::type, context.types.named, section);
  write_map(NameKind::table, context.tables.named, section);
  write_map(NameKind::memory, context.memories.named, section);
  write_map(NameKind::global, context.globals.named, section);
  write_map(NameKind::elem, context.elems.named, section);
  write_map(NameKind::data, context.datas.named, section);
  write_indirect_map(NameKind::field, context.fields, section);
  write_map(NameKind::tag, context.tags.named, section);
  return section.size() != 0;
}

}  // namespace zwasm::text
