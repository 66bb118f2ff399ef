#include "binary/module_decoder.hpp"

#include <algorithm>
#include <cassert>

#include "base/vector.hpp"
#include "binary/byte_reader.hpp"
#include "binary/instruction_reader.hpp"
#include "binary/section_id.hpp"
#include "wasm/limits.hpp"

namespace zwasm {
namespace {

/// Reads section by section. Like the specification's reader, it does not stop at the end of a
/// section: a section whose content is longer than its size is found when it has been read.
/// Every function returns false when it has recorded a failure in `in_`.
class ModuleDecoder {
 public:
  ModuleDecoder(std::span<const uint8_t> bytes, const Features& features, Allocator& allocator)
      : module_(allocator),
        instructions_(allocator),
        types_(allocator),
        functions_(allocator),
        tables_(allocator),
        memories_(allocator),
        globals_(allocator),
        tags_(allocator),
        customs_(allocator) {
    module_.bytes = bytes;
    in_.reset(bytes, 0, features);
  }

  Result<Module> decode() {
    if (!header() || !sections() || !finish()) return in_.take_error();
    return std::move(module_);
  }

 private:
  bool has(Feature feature) const { return in_.features().has(feature); }

  /// An arena array for `count` items of at least `smallest` bytes each. Of those that cannot be
  /// there only one is allocated, and reading it fails.
  template <class T>
  std::span<T> make_list(uint32_t count, size_t smallest) {
    return module_.arena.make_array<T>(std::min<size_t>(count, in_.remaining() / smallest + 1));
  }
  template <class T>
  std::span<const T> to_arena(const Vector<T>& items) {
    std::span<T> copy = module_.arena.make_array<T>(items.size());
    std::copy(items.begin(), items.end(), copy.begin());
    return copy;
  }
  /// Reads a list's length and checks it against an implementation limit.
  bool read_count(uint32_t& count, uint32_t limit, const char* what) {
    const uint32_t start = in_.offset();
    if (!in_.read_length(count)) return false;
    return count <= limit || in_.fail(start, "too many %s", what);
  }
  /// Reads a list into the arena: `read` fills one item.
  template <class T, class Read>
  bool read_list(std::span<const T>& list, uint32_t limit, const char* what, size_t smallest,
                 Read read) {
    uint32_t count;
    if (!read_count(count, limit, what)) return false;
    std::span<T> items = make_list<T>(count, smallest);
    for (T& item : items) {
      if (!read(item)) return false;
    }
    list = items;
    assert(items.size() == count);
    return true;
  }
  /// Reads a list of definitions that follow the imported ones in `items`.
  template <class T, class Read>
  bool append_list(Vector<T>& items, uint32_t limit, const char* what, size_t smallest, Read read) {
    const uint32_t start = in_.offset();
    uint32_t count;
    if (!read_count(count, limit, what)) return false;
    if (count > limit - items.size()) return in_.fail(start, "too many %s", what);
    items.reserve(items.size() + std::min<size_t>(count, in_.remaining() / smallest));
    for (uint32_t i = 0; i < count; ++i) {
      T item{};
      if (!read(item)) return false;
      items.push_back(std::move(item));
    }
    return true;
  }
  template <class Index>
  bool read_index(Index& index) {
    uint32_t value;
    if (!in_.read_u32(value)) return false;
    index = Index{value};
    return true;
  }

  bool header() {
    uint8_t magic[4], version[4];
    if (!in_.read_raw(magic, 4)) return false;
    if (std::memcmp(magic, "\0asm", 4) != 0) return in_.fail(0, "magic header not detected");
    if (!in_.read_raw(version, 4)) return false;
    if (std::memcmp(version, "\1\0\0\0", 4) != 0) {
      const bool is_component = version[0] >= 0x0A && version[2] == 1;
      return in_.fail(4, "unknown binary version%s",
                      is_component ? ": this is a component, not a module" : "");
    }
    return module_.bytes.size() <= limits::max_module_size || in_.fail(0, "module is too large");
  }

  bool sections() {
    while (!in_.at_end()) {
      const uint32_t id_offset = in_.offset();
      uint8_t byte;
      if (!in_.read_u8(byte)) return false;
      const SectionId id{byte};
      if (byte >= section_count || (id == SectionId::tag && !has(Feature::exceptions)) ||
          (id == SectionId::data_count && !has(Feature::bulk_memory))) {
        return in_.fail(id_offset, "malformed section id");
      }
      if (id != SectionId::custom) {
        if (section_order(id) <= section_order(last_)) {
          return in_.fail(id_offset, "unexpected content after last section");
        }
        last_ = id;
      }
      uint32_t size;
      if (!in_.read_length(size)) return false;
      const uint32_t start = in_.offset();
      if (!section(id, start, size)) return false;
      if (in_.offset() != start + size) return in_.fail(start, "section size mismatch");
    }
    return true;
  }

  bool section(SectionId id, uint32_t start, uint32_t size) {
    switch (id) {
      case SectionId::custom: return custom(start, size);
      case SectionId::type: return types();
      case SectionId::import: return imports();
      case SectionId::function: return functions();
      case SectionId::table: return tables();
      case SectionId::memory:
        return append_list(memories_, limits::max_memories, "memories", 2,
                           [this](MemoryType& type) { return read_memory_type(type); });
      case SectionId::tag:
        return append_list(tags_, limits::max_tags, "tags", 2,
                           [this](TagType& type) { return read_tag_type(type); });
      case SectionId::global:
        return append_list(globals_, limits::max_globals, "globals", 3, [this](Global& global) {
          return read_global_type(global.type) && read_expression(global.init);
        });
      case SectionId::export_:
        return read_list(module_.exports, limits::max_exports, "exports", 3,
                         [this](Export& item) { return read_export(item); });
      case SectionId::start:
        module_.has_start = true;
        module_.start_offset = start;
        return read_index(module_.start);
      case SectionId::element:
        return read_list(module_.elems, limits::max_elem_segments, "element segments", 2,
                         [this](ElemSegment& segment) { return read_elem(segment); });
      case SectionId::data_count:
        module_.has_data_count = true;
        return in_.read_u32(module_.data_count);
      case SectionId::code:
        module_.code_section_offset = start;
        return read_list(module_.codes, limits::max_functions, "functions", 2,
                         [this](Code& code) { return read_code(code); });
      case SectionId::data: return datas();
    }
    return false;
  }

  bool finish() {
    module_.types = to_arena(types_);
    module_.functions = to_arena(functions_);
    module_.tables = to_arena(tables_);
    module_.memories = to_arena(memories_);
    module_.globals = to_arena(globals_);
    module_.tags = to_arena(tags_);
    module_.customs = to_arena(customs_);
    if (functions_.size() - module_.imported_functions != module_.codes.size()) {
      return in_.fail(in_.offset(), "function and code section have inconsistent lengths");
    }
    if (module_.has_data_count && module_.data_count != module_.datas.size()) {
      return in_.fail(in_.offset(), "data count and data section have inconsistent lengths");
    }
    return true;
  }

  bool custom(uint32_t start, uint32_t size) {
    CustomSection section;
    section.offset = start;
    section.after_section = static_cast<uint8_t>(last_);
    if (!in_.read_name(section.name)) return false;
    const uint32_t name_size = in_.offset() - start;
    if (name_size > size) return in_.fail(start, "unexpected end of section or function");
    if (!in_.read_bytes(size - name_size, section.bytes)) return false;
    customs_.push_back(section);
    return true;
  }

  // Types

  bool types() {
    uint32_t groups;
    if (!read_count(groups, limits::max_types, "types")) return false;
    for (uint32_t i = 0; i < groups; ++i) {
      const uint32_t start = in_.offset();
      const uint32_t first = static_cast<uint32_t>(types_.size());
      uint32_t group_size = 1;
      if (next_is(0x4E) && has(Feature::gc)) {
        in_.seek(in_.position() + 1);
        if (!read_count(group_size, limits::max_recursion_group_size, "types")) return false;
      }
      if (group_size > limits::max_types - first) return in_.fail(start, "too many types");
      for (uint32_t k = 0; k < group_size; ++k) {
        TypeDefinition type;
        type.group_start = first;
        type.group_size = group_size;
        type.offset = in_.offset();
        if (!read_sub_type(type)) return false;
        types_.push_back(type);
      }
    }
    return true;
  }

  bool next_is(uint8_t byte) const { return !in_.at_end() && *in_.position() == byte; }

  bool read_sub_type(TypeDefinition& type) {
    if (has(Feature::gc) && (next_is(0x50) || next_is(0x4F))) {
      type.is_final = next_is(0x4F);
      in_.seek(in_.position() + 1);
      const uint32_t start = in_.offset();
      uint32_t count;
      if (!in_.read_length(count)) return false;
      if (count > 1) return in_.fail_invalid(start, "sub type has more than one super type");
      if (count == 1) {
        type.has_supertype = true;
        if (!read_index(type.supertype)) return false;
      }
    }
    const uint32_t start = in_.offset();
    uint8_t form;
    if (!in_.read_u8(form)) return false;
    if (form >= 0x80) return in_.fail(start, "integer representation too long");
    if (form == 0x60) {
      type.kind = CompositeKind::func;
      return read_value_types(type.func.params, limits::max_params, "parameters") &&
             read_value_types(type.func.results, limits::max_results, "results");
    }
    if (form == 0x5F && has(Feature::gc)) {
      type.kind = CompositeKind::struct_;
      return read_list(type.fields, limits::max_struct_fields, "fields", 2,
                       [&](FieldType& field) {
                         if (!read_field_type(field)) return false;
                         type.place(field);
                         return true;
                       });
    }
    if (form == 0x5E && has(Feature::gc)) {
      type.kind = CompositeKind::array;
      std::span<FieldType> element = module_.arena.make_array<FieldType>(1);
      type.fields = element;
      return read_field_type(element[0]);
    }
    const bool is_gc = form == 0x4E || form == 0x4F || form == 0x50 || form == 0x5E || form == 0x5F;
    return in_.fail_feature(start, is_gc ? Feature::gc : Feature::mvp, "malformed definition type");
  }

  bool read_value_types(std::span<const ValType>& types, uint32_t limit, const char* what) {
    return read_list(types, limit, what, 1,
                     [this](ValType& type) { return in_.read_value_type(type); });
  }

  bool read_field_type(FieldType& field) {
    if (next_is(0x78) || next_is(0x77)) {
      field.type = valtype::i32;
      field.packed = next_is(0x78) ? FieldType::Packed::i8 : FieldType::Packed::i16;
      in_.seek(in_.position() + 1);
    } else if (!in_.read_value_type(field.type)) {
      return false;
    }
    return read_mutability(field.is_mutable);
  }

  bool read_mutability(bool& is_mutable) {
    const uint32_t start = in_.offset();
    uint8_t byte;
    if (!in_.read_u8(byte)) return false;
    is_mutable = byte == 1;
    return byte <= 1 || in_.fail(start, "malformed mutability");
  }

  bool read_global_type(GlobalType& type) {
    return in_.read_value_type(type.type) && read_mutability(type.is_mutable);
  }

  /// Flags, minimum and maximum; `allowed` are the flags that the kind of definition knows.
  bool read_limits(Limits& limits, uint8_t allowed, uint8_t& flags) {
    const uint32_t start = in_.offset();
    if (!in_.read_u8(flags)) return false;
    if ((flags & ~allowed & limits_shared) != 0) {
      return in_.fail_feature(start, Feature::threads, "malformed limits flags");
    }
    if ((flags & ~allowed) != 0) return in_.fail(start, "malformed limits flags");
    limits.has_max = (flags & limits_max) != 0;
    return read_size(limits.min) && (!limits.has_max || read_size(limits.max));
  }
  bool read_size(uint64_t& size) {
    if (has(Feature::memory64)) return in_.read_u64(size);
    uint32_t value;
    if (!in_.read_u32(value)) return false;
    size = value;
    return true;
  }
  uint8_t flag(uint8_t bit, Feature feature) const { return has(feature) ? bit : uint8_t{0}; }
  static AddressType address_type(uint8_t flags) {
    return (flags & limits_64) != 0 ? AddressType::i64 : AddressType::i32;
  }

  bool read_table_type(TableType& type) {
    uint8_t flags;
    if (!in_.read_reference_type(type.element) ||
        !read_limits(type.limits, limits_max | flag(limits_64, Feature::memory64), flags)) {
      return false;
    }
    type.address = address_type(flags);
    return true;
  }

  bool read_memory_type(MemoryType& type) {
    type.offset = in_.offset();
    uint8_t flags;
    if (!read_limits(type.limits,
                     limits_max | flag(limits_shared, Feature::threads) |
                         flag(limits_64, Feature::memory64) |
                         flag(limits_page_size, Feature::custom_page_sizes),
                     flags)) {
      return false;
    }
    type.address = address_type(flags);
    type.shared = (flags & limits_shared) != 0;
    if ((flags & limits_page_size) == 0) return true;
    const uint32_t start = in_.offset();
    uint32_t page_size_log2;
    if (!in_.read_u32(page_size_log2)) return false;
    type.page_size_log2 = static_cast<uint8_t>(page_size_log2);
    if (page_size_log2 > 64) return in_.fail(start, "invalid custom page size");
    return page_size_log2 == 0 || page_size_log2 == 16 ||
           in_.fail_invalid(start, "invalid custom page size");
  }

  bool read_tag_type(TagType& type) {
    const uint32_t start = type.offset = in_.offset();
    uint8_t attribute;
    if (!in_.read_u8(attribute)) return false;
    if (attribute != 0) return in_.fail(start, "malformed tag attribute");
    return read_index(type.type);
  }

  // Imports, exports, definitions

  bool read_extern_kind(ExternKind& kind, const char* message) {
    const uint32_t start = in_.offset();
    uint8_t byte;
    if (!in_.read_u8(byte)) return false;
    kind = static_cast<ExternKind>(byte);
    const bool known = byte <= static_cast<uint8_t>(ExternKind::tag) &&
                       (kind != ExternKind::tag || has(Feature::exceptions));
    return known || in_.fail(start, "%s", message);
  }

  bool imports() {
    return read_list(module_.imports, limits::max_imports, "imports", 3,
                     [this](Import& import) { return read_import(import); });
  }

  bool read_import(Import& import) {
    import.offset = in_.offset();
    if (!in_.read_name(import.module) || !in_.read_name(import.name) ||
        !read_extern_kind(import.kind, "malformed import kind")) {
      return false;
    }
    const auto add = [&](auto& items, uint32_t& imported, const auto& item) {
      import.index = imported++;
      items.push_back(item);
      return true;
    };
    switch (import.kind) {
      case ExternKind::func: {
        Func function;
        return read_index(function.type) && add(functions_, module_.imported_functions, function);
      }
      case ExternKind::table: {
        Table table;
        table.offset = in_.offset();
        return read_table_type(table.type) && add(tables_, module_.imported_tables, table);
      }
      case ExternKind::memory: {
        MemoryType memory;
        return read_memory_type(memory) && add(memories_, module_.imported_memories, memory);
      }
      case ExternKind::global: {
        Global global;
        return read_global_type(global.type) && add(globals_, module_.imported_globals, global);
      }
      case ExternKind::tag: {
        TagType tag;
        return read_tag_type(tag) && add(tags_, module_.imported_tags, tag);
      }
    }
    return false;
  }

  bool read_export(Export& item) {
    item.offset = in_.offset();
    return in_.read_name(item.name) && read_extern_kind(item.kind, "malformed export kind") &&
           in_.read_u32(item.index);
  }

  bool functions() {
    return append_list(functions_, limits::max_functions, "functions", 1,
                       [this](Func& function) { return read_index(function.type); });
  }

  bool tables() {
    return append_list(tables_, limits::max_tables, "tables", 3, [this](Table& table) {
      table.offset = in_.offset();
      if (next_is(0x40)) {
        in_.seek(in_.position() + 1);
        const uint32_t start = in_.offset();
        uint8_t zero;
        if (!in_.read_u8(zero)) return false;
        if (zero != 0) return in_.fail(start, "zero byte expected");
        table.has_init = true;
      }
      return read_table_type(table.type) && (!table.has_init || read_expression(table.init));
    });
  }

  // Expressions, segments, code

  /// An expression whose length is not given: up to the `end` that closes it.
  bool read_expression(Expression& expression) {
    const uint8_t* const start = in_.position();
    const uint32_t offset = in_.offset();
    if (next_is(0x41)) {  // i32.const and `end` are nearly every offset of a segment
      const uint8_t* const limit = start + in_.remaining();
      const uint8_t* p = start + 1;
      int32_t value;
      if (read_leb(p, limit, value) == LebError::none && p != limit && *p == 0x0B) {
        in_.seek(p + 1);
        expression = {{start, p + 1}, offset};
        return true;
      }
    }
    instructions_.reset({std::span<const uint8_t>(start, in_.remaining()), offset}, in_.features());
    for (uint32_t depth = 0;;) {
      Instruction instruction;
      if (!instructions_.next(instruction)) return in_.fail_with(instructions_.take_error());
      const Opcode opcode = instruction.opcode;
      if (info(opcode).immediate == Immediate::block_type || opcode == Opcode::try_table) {
        ++depth;
      } else if (opcode == Opcode::end) {
        if (depth == 0) break;
        --depth;
      } else if (depth == 0 && (opcode == Opcode::else_ || opcode == Opcode::delegate)) {
        return in_.fail(instruction.offset, "END opcode expected");
      } else if (opcode == Opcode::delegate) {
        --depth;
      }
    }
    in_.seek(instructions_.position());
    expression = {{start, in_.position()}, offset};
    return true;
  }

  bool read_elem(ElemSegment& segment) {
    segment.position = in_.offset();
    uint32_t flags;
    if (!in_.read_u32(flags)) return false;
    if (flags > 7 || (flags != 0 && !has(Feature::bulk_memory))) {
      return in_.fail(segment.position, "malformed elements segment kind");
    }
    segment.flags = static_cast<uint8_t>(flags);
    segment.uses_expressions = (flags & 4) != 0;
    if ((flags & 1) == 0) {
      segment.mode = SegmentMode::active;
      if ((flags & 2) != 0 && !read_index(segment.table)) return false;
      if (!read_expression(segment.offset)) return false;
    } else {
      segment.mode = (flags & 2) != 0 ? SegmentMode::declarative : SegmentMode::passive;
    }
    const bool has_type = (flags & 3) != 0;
    constexpr uint32_t limit = limits::max_table_elements;
    if (segment.uses_expressions) {
      if (has_type && !in_.read_reference_type(segment.type)) return false;
      return read_list(segment.expressions, limit, "elements", 1,
                       [this](Expression& expression) { return read_expression(expression); });
    }
    segment.type = ValType::ref(AbstractHeapType::func, /*nullable=*/false);
    if (has_type) {
      const uint32_t start = in_.offset();
      uint8_t kind;
      if (!in_.read_u8(kind)) return false;
      if (kind != 0) return in_.fail(start, "malformed element kind");
    }
    return read_list(segment.functions, limit, "elements", 1,
                     [this](FuncIndex& function) { return read_index(function); });
  }

  bool datas() {
    std::span<const DataSegments::Place> places;
    if (!read_list(places, limits::max_data_segments, "data segments", 2,
                   [this](DataSegments::Place& place) { return read_data(place); })) {
      return false;
    }
    module_.datas = DataSegments(module_.bytes, places);
    return true;
  }

  bool read_data(DataSegments::Place& place) {
    place.position = in_.offset();
    uint32_t flags;
    if (!in_.read_u32(flags)) return false;
    if (flags > 2 || (flags != 0 && !has(Feature::bulk_memory))) {
      return in_.fail(place.position, "malformed data segment kind");
    }
    if (flags != 1) {
      MemoryIndex memory;
      if (flags == 2 && !read_index(memory)) return false;
      Expression offset;
      if (!read_expression(offset)) return false;
    }
    place.size_position = in_.offset();
    uint32_t size;
    std::span<const uint8_t> bytes;
    return in_.read_length(size) && in_.read_bytes(size, bytes);
  }

  bool read_code(Code& code) {
    code.entry_offset = in_.offset();
    uint32_t size;
    if (!in_.read_length(size)) return false;
    if (size > limits::max_function_size) {
      return in_.fail(code.entry_offset, "function body is too large");
    }
    const uint32_t start = in_.offset();
    if (size > in_.remaining()) return in_.fail_end();
    const uint8_t* const end = in_.position() + size;

    uint64_t local_count = 0;
    if (!read_list(code.locals, size, "locals", 2, [&](LocalRun& run) {
          if (!in_.read_u32(run.count) || !in_.read_value_type(run.type)) return false;
          local_count += run.count;
          return true;
        })) {
      return false;
    }
    if (local_count > limits::max_locals) return in_.fail(start, "too many locals");
    code.local_count = static_cast<uint32_t>(local_count);
    if (in_.position() > end) return in_.fail(start, "section size mismatch");

    code.body = {{in_.position(), end}, in_.offset()};
    if (in_.position() != end && end[-1] == 0x0B) {
      in_.seek(end);
      return true;
    }
    // The body does not end where its size says. A reader that ignores sizes tells what is wrong.
    Expression actual;
    return read_expression(actual) && in_.fail(start, "section size mismatch");
  }

  static constexpr uint8_t limits_max = 1;
  static constexpr uint8_t limits_shared = 2;
  static constexpr uint8_t limits_64 = 4;
  static constexpr uint8_t limits_page_size = 8;

  Module module_;
  ByteReader in_;
  InstructionReader instructions_;
  SectionId last_ = SectionId::custom;
  // Index spaces under construction: imports come from one section, definitions from another.
  Vector<TypeDefinition> types_;
  Vector<Func> functions_;
  Vector<Table> tables_;
  Vector<MemoryType> memories_;
  Vector<Global> globals_;
  Vector<TagType> tags_;
  Vector<CustomSection> customs_;
};

}  // namespace

Result<Module> decode_module(std::span<const uint8_t> bytes, const Features& features,
                             Allocator& allocator) {
  return ModuleDecoder(bytes, features, allocator).decode();
}

}  // namespace zwasm
