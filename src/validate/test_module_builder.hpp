// Builds modules for the validator's tests, without a detour through the binary format.
#pragma once

#include <deque>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "binary/encoder.hpp"
#include "validate/module_validator.hpp"

namespace zwasm::test {

/// Instructions as bytes. `op` writes an opcode and its immediates as unsigned numbers, which fits
/// all indices, labels and memargs.
class Code {
 public:
  Code& op(Opcode opcode, std::initializer_list<uint64_t> immediates = {}) {
    return append([&](ByteWriter& out) {
      const uint32_t code = info(opcode).code;
      if (code > 0xFF) {
        out.u8(static_cast<uint8_t>(code >> 16));
        out.u32(code & 0xFFFF);
      } else {
        out.u8(static_cast<uint8_t>(code));
      }
      for (const uint64_t immediate : immediates) out.u64(immediate);
    });
  }
  /// An instruction that begins with a block type.
  Code& open(Opcode opcode, BlockType type = {}) {
    return op(opcode).append([&](ByteWriter& out) { out.block_type(type); });
  }
  Code& i32(int32_t value = 0) {
    return op(Opcode::i32_const).append([&](ByteWriter& out) { out.s32(value); });
  }
  Code& i64(int64_t value = 0) {
    return op(Opcode::i64_const).append([&](ByteWriter& out) { out.s64(value); });
  }
  Code& f32() {
    return op(Opcode::f32_const).append([](ByteWriter& out) { out.f32(0); });
  }
  Code& heap(Opcode opcode, HeapType type) {
    return op(opcode).append([&](ByteWriter& out) { out.heap_type(type); });
  }
  Code& type(ValType type) {
    return append([&](ByteWriter& out) { out.value_type(type); });
  }
  Code& bytes(std::initializer_list<int> values) {
    for (const int value : values) bytes_.push_back(static_cast<uint8_t>(value));
    return *this;
  }
  Code& end() { return op(Opcode::end); }
  const std::vector<uint8_t>& written() const { return bytes_; }

 private:
  template <class Write>
  Code& append(const Write& write) {
    ByteWriter out;
    write(out);
    bytes_.insert(bytes_.end(), out.bytes().begin(), out.bytes().end());
    return *this;
  }

  std::vector<uint8_t> bytes_;
};

inline BlockType block_of(ValType type) { return {BlockType::Kind::value, type, TypeIndex{0}}; }
inline BlockType block_of(uint32_t type) {
  return {BlockType::Kind::index, valtype::bottom, TypeIndex{type}};
}
inline ValType reference(uint32_t type, bool nullable = false) {
  return ValType::ref(HeapType(TypeIndex{type}), nullable);
}

class ModuleBuilder {
 public:
  using ValTypes = std::vector<ValType>;

  /// A final type without supertype in a group of its own; change `definition(i)` for others.
  uint32_t func_type(ValTypes params, ValTypes results) {
    TypeDefinition type;
    type.func = {keep(std::move(params)), keep(std::move(results))};
    return add_type(type);
  }
  uint32_t struct_type(std::vector<FieldType> fields) {
    TypeDefinition type;
    type.kind = CompositeKind::struct_;
    for (FieldType& field : fields) type.place(field);
    type.fields = keep(std::move(fields));
    return add_type(type);
  }
  uint32_t array_type(FieldType field) {
    TypeDefinition type;
    type.kind = CompositeKind::array;
    type.fields = keep(std::vector{field});
    return add_type(type);
  }
  TypeDefinition& definition(uint32_t index) { return types_[index]; }

  /// Adds a function with a body; the final `end` is added here.
  uint32_t function(uint32_t type, zwasm::test::Code code, std::vector<LocalRun> locals = {}) {
    zwasm::Code entry;
    for (const LocalRun& run : locals) entry.local_count += run.count;
    entry.locals = keep(std::move(locals));
    entry.body = expression(std::move(code));
    codes_.push_back(entry);
    functions_.push_back({TypeIndex{type}});
    return static_cast<uint32_t>(functions_.size() - 1);
  }
  Expression expression(zwasm::test::Code code) {
    const uint32_t offset = 1000 * static_cast<uint32_t>(bytes_.size());
    return {keep_bytes(code.end().written()), offset};
  }
  void table(ValType element, AddressType address = AddressType::i32) {
    Table table;
    table.type = {{0, 0, false}, address, element};
    tables.push_back(table);
  }
  void memory(uint64_t min = 1, AddressType address = AddressType::i32) {
    memories.push_back({{min, 0, false}, address});
  }
  void global(ValType type, bool is_mutable, zwasm::test::Code init) {
    globals.push_back({{type, is_mutable}, expression(std::move(init))});
  }

  /// The first error, or "" for a valid module.
  std::string validate(const Features& features = Features()) {
    module_ = std::make_unique<Module>();
    module_->types = types_;
    module_->functions = functions_;
    module_->codes = codes_;
    module_->tables = tables;
    module_->memories = memories;
    module_->globals = globals;
    module_->tags = tags;
    module_->exports = exports;
    module_->elems = elems;
    module_->datas = datas;
    module_->customs = customs;
    module_->has_data_count = true;
    module_->data_count = static_cast<uint32_t>(datas.size());
    std::vector<CanonicalType> ids(types_.size());
    TypeRegistry registry;
    Status status = validate_module(*module_, features, registry, ids);
    error = status.ok() ? Error() : status.take_error();
    return error.message;
  }

  /// The module of the last `validate`.
  const Module& module() const { return *module_; }

  std::vector<Table> tables;
  std::vector<MemoryType> memories;
  std::vector<Global> globals;
  std::vector<TagType> tags;
  std::vector<Export> exports;
  std::vector<ElemSegment> elems;
  std::vector<DataSegment> datas;
  std::span<const CustomSection> customs;
  Error error;  ///< of the last `validate`

 private:
  uint32_t add_type(TypeDefinition type) {
    type.group_start = static_cast<uint32_t>(types_.size());
    types_.push_back(type);
    return type.group_start;
  }
  std::span<const ValType> keep(ValTypes types) {
    return value_types_.emplace_back(std::move(types));
  }
  std::span<const FieldType> keep(std::vector<FieldType> fields) {
    return fields_.emplace_back(std::move(fields));
  }
  std::span<const LocalRun> keep(std::vector<LocalRun> runs) {
    return runs_.emplace_back(std::move(runs));
  }
  std::span<const uint8_t> keep_bytes(std::vector<uint8_t> bytes) {
    return bytes_.emplace_back(std::move(bytes));
  }

  std::deque<ValTypes> value_types_;
  std::deque<std::vector<FieldType>> fields_;
  std::deque<std::vector<LocalRun>> runs_;
  std::deque<std::vector<uint8_t>> bytes_;
  std::vector<TypeDefinition> types_;
  std::vector<Func> functions_;
  std::vector<zwasm::Code> codes_;
  std::unique_ptr<Module> module_;
};

}  // namespace zwasm::test
