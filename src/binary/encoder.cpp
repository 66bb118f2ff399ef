#include "binary/encoder.hpp"

#include <cassert>
#include <cstring>

#include "base/leb128.hpp"
#include "binary/section_id.hpp"

namespace zwasm {

void ByteWriter::u64(uint64_t value) {
  while (value >= 0x80) {
    u8(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  u8(static_cast<uint8_t>(value));
}

void ByteWriter::s64(int64_t value) {
  for (;;) {
    const uint8_t byte = static_cast<uint8_t>(value & 0x7F);
    value >>= 7;
    const bool negative = (byte & 0x40) != 0;
    if (value == (negative ? -1 : 0)) {
      u8(byte);
      return;
    }
    u8(byte | 0x80);
  }
}

void ByteWriter::little_endian(uint64_t value, unsigned size) {
  for (; size != 0; --size, value >>= 8) u8(static_cast<uint8_t>(value));
}

void ByteWriter::name(std::string_view name) {
  u32(static_cast<uint32_t>(name.size()));
  raw({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
}

void ByteWriter::heap_type(HeapType type) {
  if (type.is_abstract()) {
    u8(static_cast<uint8_t>(type.abstract()));
  } else {
    s33(zwasm::raw(type.index()));
  }
}

void ByteWriter::value_type(ValType type) {
  switch (type.kind()) {
    case ValType::Kind::bottom: assert(false); return;  // only exists during validation
    case ValType::Kind::i32: u8(0x7F); return;
    case ValType::Kind::i64: u8(0x7E); return;
    case ValType::Kind::f32: u8(0x7D); return;
    case ValType::Kind::f64: u8(0x7C); return;
    case ValType::Kind::v128: u8(0x7B); return;
    case ValType::Kind::ref:
      if (!type.nullable() || !type.heap().is_abstract()) u8(type.nullable() ? 0x63 : 0x64);
      heap_type(type.heap());
      return;
  }
}

void ByteWriter::block_type(const BlockType& type) {
  switch (type.kind) {
    case BlockType::Kind::empty: u8(0x40); return;
    case BlockType::Kind::value: value_type(type.value); return;
    case BlockType::Kind::index: s33(zwasm::raw(type.index)); return;
  }
}

void ByteWriter::memarg(const Memarg& memarg) {
  const uint32_t memory = zwasm::raw(memarg.memory);
  u32(memarg.align_log2 | (memory != 0 ? 0x40u : 0));
  if (memory != 0) u32(memory);
  u64(memarg.offset);
}

void ByteWriter::limits(const Limits& limits, AddressType address, bool shared,
                        uint8_t page_size_log2) {
  const bool has_page_size = page_size_log2 != 16;
  u8(static_cast<uint8_t>((limits.has_max ? 1 : 0) | (shared ? 2 : 0) |
                          (address == AddressType::i64 ? 4 : 0) | (has_page_size ? 8 : 0)));
  u64(limits.min);
  if (limits.has_max) u64(limits.max);
  if (has_page_size) u32(page_size_log2);
}

void ByteWriter::end_sized(size_t start) {
  const uint64_t part = size() - start;
  const unsigned prefix = unsigned_leb_size(part);
  bytes_.resize(size() + prefix);
  uint8_t* p = bytes_.data() + start;
  std::memmove(p + prefix, p, part);
  for (unsigned i = 0; i < prefix; ++i) {
    p[i] = static_cast<uint8_t>((part >> (7 * i) & 0x7F) | (i + 1 < prefix ? 0x80 : 0));
  }
}

void encode_instruction(const Instruction& instruction, ByteWriter& out) {
  const OpcodeInfo& row = info(instruction.opcode);
  if (const uint32_t prefix = row.code >> 16; prefix != 0) {
    out.u8(static_cast<uint8_t>(prefix));
    out.u32(row.code & 0xFFFF);
  } else {
    out.u8(static_cast<uint8_t>(row.code));
  }
  switch (row.immediate) {
    case Immediate::none: return;
    case Immediate::block_type: out.block_type(instruction.block_type); return;
    case Immediate::label:
    case Immediate::func:
    case Immediate::type:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::elem:
    case Immediate::data:
    case Immediate::memory:
    case Immediate::tag: out.u32(instruction.index); return;
    case Immediate::label_table:
      out.u32(instruction.label_table.count);
      for (uint32_t i = 0; i <= instruction.label_table.count; ++i) {
        out.u32(instruction.label_table.targets[i]);
      }
      return;
    case Immediate::type_table:
    case Immediate::table_table:
    case Immediate::elem_table:
    case Immediate::data_memory:
    case Immediate::memory_memory:
    case Immediate::type_field:
    case Immediate::type_type:
    case Immediate::type_count:
    case Immediate::type_data:
    case Immediate::type_elem:
      out.u32(instruction.pair.first);
      out.u32(instruction.pair.second);
      return;
    case Immediate::i32: out.s32(instruction.i32); return;
    case Immediate::i64: out.s64(instruction.i64); return;
    case Immediate::f32: out.f32(instruction.f32_bits); return;
    case Immediate::f64: out.f64(instruction.f64_bits); return;
    case Immediate::v128:
    case Immediate::lanes: out.raw(instruction.v128); return;
    case Immediate::memarg: out.memarg(instruction.memory.memarg); return;
    case Immediate::memarg_lane:
      out.memarg(instruction.memory.memarg);
      out.u8(instruction.memory.lane);
      return;
    case Immediate::lane: out.u8(instruction.memory.lane); return;
    case Immediate::select_types:
      out.u32(instruction.select_types.count);
      for (uint32_t i = 0; i < instruction.select_types.count; ++i) {
        out.value_type(instruction.select_types.types[i]);
      }
      return;
    case Immediate::heap_type: out.heap_type(instruction.heap_type.type); return;
    case Immediate::cast_label: {
      const Instruction::CastLabel& cast = instruction.cast_label;
      out.u8(static_cast<uint8_t>((cast.from.nullable() ? 1 : 0) | (cast.to.nullable() ? 2 : 0)));
      out.u32(cast.label);
      out.heap_type(cast.from.heap());
      out.heap_type(cast.to.heap());
      return;
    }
    case Immediate::try_table:
      out.block_type(instruction.try_table.block_type);
      out.u32(instruction.try_table.count);
      for (uint32_t i = 0; i < instruction.try_table.count; ++i) {
        const CatchClause& clause = instruction.try_table.clauses[i];
        out.u8(static_cast<uint8_t>(clause.kind));
        if (clause.has_tag()) out.u32(raw(clause.tag));
        out.u32(clause.label);
      }
      return;
    case Immediate::fence: out.u8(0); return;
  }
}

namespace {

class ModuleEncoder {
 public:
  ModuleEncoder(const Module& module, Allocator& allocator) : module_(module), out_(allocator) {}

  Vector<uint8_t> encode() {
    static constexpr uint8_t header[] = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
    out_.raw(header);
    customs_after(SectionId::custom);
    section(SectionId::type, !module_.types.empty(), &ModuleEncoder::types);
    section(SectionId::import, !module_.imports.empty(), &ModuleEncoder::imports);
    section(SectionId::function, !module_.codes.empty(), &ModuleEncoder::functions);
    section(SectionId::table, module_.tables.size() > module_.imported_tables,
            &ModuleEncoder::tables);
    section(SectionId::memory, module_.memories.size() > module_.imported_memories,
            &ModuleEncoder::memories);
    section(SectionId::tag, module_.tags.size() > module_.imported_tags, &ModuleEncoder::tags);
    section(SectionId::global, module_.globals.size() > module_.imported_globals,
            &ModuleEncoder::globals);
    section(SectionId::export_, !module_.exports.empty(), &ModuleEncoder::exports);
    section(SectionId::start, module_.has_start, &ModuleEncoder::start);
    section(SectionId::element, !module_.elems.empty(), &ModuleEncoder::elems);
    section(SectionId::data_count, module_.has_data_count, &ModuleEncoder::data_count);
    section(SectionId::code, !module_.codes.empty(), &ModuleEncoder::codes);
    section(SectionId::data, !module_.datas.empty(), &ModuleEncoder::datas);
    while (next_custom_ < module_.customs.size()) custom(module_.customs[next_custom_++]);
    return out_.take();
  }

 private:
  void section(SectionId id, bool present, void (ModuleEncoder::*content)()) {
    if (present) {
      out_.u8(static_cast<uint8_t>(id));
      const size_t start = out_.begin_sized();
      (this->*content)();
      out_.end_sized(start);
    }
    customs_after(id);
  }

  void customs_after(SectionId id) {
    for (; next_custom_ < module_.customs.size(); ++next_custom_) {
      const CustomSection& next = module_.customs[next_custom_];
      if (next.after_section != static_cast<uint8_t>(id)) return;
      custom(next);
    }
  }

  void custom(const CustomSection& section) {
    out_.u8(static_cast<uint8_t>(SectionId::custom));
    const size_t start = out_.begin_sized();
    out_.name(section.name);
    out_.raw(section.bytes);
    out_.end_sized(start);
  }

  template <class T>
  std::span<const T> count(std::span<const T> items, size_t imported = 0) {
    items = items.subspan(imported);
    out_.u32(static_cast<uint32_t>(items.size()));
    return items;
  }

  void field(const FieldType& field) {
    switch (field.packed) {
      case FieldType::Packed::none: out_.value_type(field.type); break;
      case FieldType::Packed::i8: out_.u8(0x78); break;
      case FieldType::Packed::i16: out_.u8(0x77); break;
    }
    out_.u8(field.is_mutable ? 1 : 0);
  }

  void types() {
    uint32_t groups = 0;
    for (size_t i = 0; i < module_.types.size(); i += module_.types[i].group_size) ++groups;
    out_.u32(groups);
    for (size_t i = 0; i < module_.types.size(); ++i) {
      const TypeDefinition& type = module_.types[i];
      if (type.group_start == i && type.group_size != 1) {
        out_.u8(0x4E);
        out_.u32(type.group_size);
      }
      type_definition(type);
    }
  }

  void type_definition(const TypeDefinition& type) {
    if (!type.is_final || type.has_supertype) {
      out_.u8(type.is_final ? 0x4F : 0x50);
      out_.u32(type.has_supertype ? 1 : 0);
      if (type.has_supertype) out_.u32(raw(type.supertype));
    }
    switch (type.kind) {
      case CompositeKind::func:
        out_.u8(0x60);
        for (ValType param : count(type.func.params)) out_.value_type(param);
        for (ValType result : count(type.func.results)) out_.value_type(result);
        return;
      case CompositeKind::struct_:
        out_.u8(0x5F);
        for (const FieldType& f : count(type.fields)) field(f);
        return;
      case CompositeKind::array:
        out_.u8(0x5E);
        field(type.fields[0]);
        return;
    }
  }

  void table_type(const TableType& type) {
    out_.value_type(type.element);
    out_.limits(type.limits, type.address, /*shared=*/false, 16);
  }
  void memory_type(const MemoryType& type) {
    out_.limits(type.limits, type.address, type.shared, type.page_size_log2);
  }
  void global_type(const GlobalType& type) {
    out_.value_type(type.type);
    out_.u8(type.is_mutable ? 1 : 0);
  }
  void tag_type(const TagType& type) {
    out_.u8(0);
    out_.u32(raw(type.type));
  }

  void imports() {
    for (const Import& import : count(module_.imports)) {
      out_.name(import.module);
      out_.name(import.name);
      out_.u8(static_cast<uint8_t>(import.kind));
      switch (import.kind) {
        case ExternKind::func: out_.u32(raw(module_.functions[import.index].type)); break;
        case ExternKind::table: table_type(module_.tables[import.index].type); break;
        case ExternKind::memory: memory_type(module_.memories[import.index]); break;
        case ExternKind::global: global_type(module_.globals[import.index].type); break;
        case ExternKind::tag: tag_type(module_.tags[import.index]); break;
      }
    }
  }
  void functions() {
    for (const Func& function : count(module_.functions, module_.imported_functions)) {
      out_.u32(raw(function.type));
    }
  }
  void tables() {
    for (const Table& table : count(module_.tables, module_.imported_tables)) {
      if (table.has_init) {
        out_.u8(0x40);
        out_.u8(0x00);
      }
      table_type(table.type);
      if (table.has_init) out_.raw(table.init.bytes);
    }
  }
  void memories() {
    for (const MemoryType& memory : count(module_.memories, module_.imported_memories)) {
      memory_type(memory);
    }
  }
  void tags() {
    for (const TagType& tag : count(module_.tags, module_.imported_tags)) tag_type(tag);
  }
  void globals() {
    for (const Global& global : count(module_.globals, module_.imported_globals)) {
      global_type(global.type);
      out_.raw(global.init.bytes);
    }
  }
  void exports() {
    for (const Export& item : count(module_.exports)) {
      out_.name(item.name);
      out_.u8(static_cast<uint8_t>(item.kind));
      out_.u32(item.index);
    }
  }
  void start() { out_.u32(raw(module_.start)); }
  void data_count() { out_.u32(module_.data_count); }

  void elems() {
    for (const ElemSegment& segment : count(module_.elems)) elem(segment);
  }
  void elem(const ElemSegment& segment) {
    // Bit 0: not active. Bit 1: declarative if not active, otherwise table and type are written.
    // Bit 2: expressions.
    const bool active = segment.mode == SegmentMode::active;
    uint32_t flags = (active ? 0 : 1) | (segment.uses_expressions ? 4 : 0);
    if (active) {
      const bool implied = segment.table == TableIndex{0} &&
                           (!segment.uses_expressions || segment.type == valtype::funcref);
      if (!implied || (segment.flags & 2) != 0) flags |= 2;
    } else if (segment.mode == SegmentMode::declarative) {
      flags |= 2;
    }
    out_.u32(flags);
    if (active) {
      if ((flags & 2) != 0) out_.u32(raw(segment.table));
      out_.raw(segment.offset.bytes);
    }
    const bool writes_type = (flags & 3) != 0;
    if (segment.uses_expressions) {
      if (writes_type) out_.value_type(segment.type);
      for (const Expression& expression : count(segment.expressions)) out_.raw(expression.bytes);
    } else {
      if (writes_type) out_.u8(0x00);
      for (FuncIndex function : count(segment.functions)) out_.u32(raw(function));
    }
  }

  void codes() {
    for (const Code& code : count(module_.codes)) {
      const size_t start = out_.begin_sized();
      for (const LocalRun& run : count(code.locals)) {
        out_.u32(run.count);
        out_.value_type(run.type);
      }
      out_.raw(code.body.bytes);
      out_.end_sized(start);
    }
  }

  void datas() {
    out_.u32(static_cast<uint32_t>(module_.datas.size()));
    for (const DataSegment& segment : module_.datas) {
      if (segment.mode == SegmentMode::active) {
        const bool writes_memory = segment.memory != MemoryIndex{0} || segment.flags == 2;
        out_.u32(writes_memory ? 2 : 0);
        if (writes_memory) out_.u32(raw(segment.memory));
        out_.raw(segment.offset.bytes);
      } else {
        out_.u32(1);
      }
      count(segment.bytes.span());
      out_.raw(segment.bytes);
    }
  }

  const Module& module_;
  ByteWriter out_;
  size_t next_custom_ = 0;
};

}  // namespace

Vector<uint8_t> encode_module(const Module& module, Allocator& allocator) {
  return ModuleEncoder(module, allocator).encode();
}

}  // namespace zwasm
