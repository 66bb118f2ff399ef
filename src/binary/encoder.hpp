// Writes the binary format.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/vector.hpp"
#include "binary/instruction_reader.hpp"
#include "wasm/module.hpp"

namespace zwasm {

/// Appends the parts of the binary format to a byte array, each in its shortest form.
class ByteWriter {
 public:
  explicit ByteWriter(Allocator& allocator = system_allocator()) : bytes_(allocator) {}

  size_t size() const { return bytes_.size(); }
  std::span<const uint8_t> bytes() const { return bytes_; }
  Vector<uint8_t> take() { return std::move(bytes_); }
  void clear() { bytes_.clear(); }

  void u8(uint8_t value) { bytes_.push_back(value); }
  void raw(std::span<const uint8_t> bytes) { bytes_.append(bytes); }
  void u32(uint32_t value) { u64(value); }
  void u64(uint64_t value);
  void s32(int32_t value) { s64(value); }
  void s33(int64_t value) { s64(value); }
  void s64(int64_t value);
  void f32(uint32_t bits) { little_endian(bits, 4); }
  void f64(uint64_t bits) { little_endian(bits, 8); }
  /// Length and bytes.
  void name(std::string_view name);
  void value_type(ValType type);
  void heap_type(HeapType type);
  void block_type(const BlockType& type);
  void memarg(const Memarg& memarg);
  void limits(const Limits& limits, AddressType address, bool shared, uint8_t page_size_log2);

  /// Starts a sized part (section, function body); `end_sized` writes the size in front of what was
  /// written since, in its shortest form. Parts nest.
  size_t begin_sized() const { return size(); }
  void end_sized(size_t start);

 private:
  void little_endian(uint64_t value, unsigned size);

  Vector<uint8_t> bytes_;
};

/// Appends opcode and immediates. The inverse of InstructionReader::next.
void encode_instruction(const Instruction& instruction, ByteWriter& out);

/// The module as a binary. Expressions are written as the bytes they are; everything else in its
/// shortest form, so a module that a compiler wrote that way gives its own bytes back.
/// Element and data segments keep their form (`flags`) where there is a choice.
Vector<uint8_t> encode_module(const Module& module, Allocator& allocator = system_allocator());

}  // namespace zwasm
