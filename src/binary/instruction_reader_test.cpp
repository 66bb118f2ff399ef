#include "binary/instruction_reader.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace zwasm {
namespace {

/// Reads one instruction from the bytes; the reader and the bytes stay alive.
struct OneInstruction {
  std::vector<uint8_t> bytes;
  InstructionReader reader;
  Instruction instruction;
  bool ok;

  OneInstruction(std::initializer_list<int> values, const Features& features = Features(),
                 bool has_data_count = true) {
    for (int value : values) bytes.push_back(static_cast<uint8_t>(value));
    reader.reset({bytes, 100}, features, has_data_count);
    ok = reader.next(instruction);
  }
  std::string error() const { return ok ? "" : reader.error().message; }
  uint64_t error_offset() const { return reader.error().offset; }
};

Features without(Feature feature) {
  Features features;
  features.set(feature, false);
  return features;
}

}  // namespace

TEST_CASE("instructions without immediates") {
  const uint8_t bytes[] = {0x01, 0x6A, 0x0B};
  InstructionReader reader;
  Instruction instruction;
  reader.reset({bytes, 7}, Features());
  REQUIRE(reader.next(instruction));
  CHECK(instruction.opcode == Opcode::nop);
  CHECK(instruction.offset == 7);
  REQUIRE(reader.next(instruction));
  CHECK(instruction.opcode == Opcode::i32_add);
  CHECK(instruction.offset == 8);
  CHECK_FALSE(reader.at_end());
  REQUIRE(reader.next(instruction));
  CHECK(instruction.opcode == Opcode::end);
  CHECK(reader.at_end());
  CHECK_FALSE(reader.next(instruction));
  CHECK(reader.error().message == "unexpected end of section or function");
  CHECK(reader.error().kind == ErrorKind::malformed);
  CHECK(reader.error().offset == 10);
  reader.reset({bytes, 7}, Features());
  CHECK(reader.next(instruction));
}

TEST_CASE("constants") {
  CHECK(OneInstruction({0x41, 0x7F}).instruction.i32 == -1);
  CHECK(OneInstruction({0x41, 0x3F}).instruction.i32 == 63);
  CHECK(OneInstruction({0x41, 0x40}).instruction.i32 == -64);
  CHECK(OneInstruction({0x41, 0x80, 0x80, 0x80, 0x80, 0x78}).instruction.i32 == INT32_MIN);
  CHECK(OneInstruction({0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x07}).instruction.i32 == INT32_MAX);
  CHECK(OneInstruction({0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F})
            .instruction.i64 == INT64_MIN);
  CHECK(OneInstruction({0x43, 0x00, 0x00, 0x80, 0x3F}).instruction.f32_bits == 0x3F800000);
  CHECK(OneInstruction({0x44, 1, 0, 0, 0, 0, 0, 0xF0, 0x3F}).instruction.f64_bits ==
        0x3FF0000000000001);
  const OneInstruction v({0xFD, 0x0C, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
  REQUIRE(v.ok);
  CHECK(v.instruction.opcode == Opcode::v128_const);
  CHECK(v.instruction.v128[15] == 15);
  CHECK(OneInstruction({0x43, 0, 0, 0}).error() == "unexpected end of section or function");
}

TEST_CASE("LEB128 rules") {
  CHECK(OneInstruction({0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}).error() ==
        "integer representation too long");
  CHECK(OneInstruction({0x41, 0x80, 0x80, 0x80, 0x80, 0x10}).error() == "integer too large");
  CHECK(OneInstruction({0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x4F}).error() == "integer too large");
  CHECK(OneInstruction({0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7E})
            .error() == "integer too large");
  CHECK(OneInstruction({0x20, 0x80, 0x80, 0x80, 0x80, 0x10}).error() == "integer too large");
  CHECK(OneInstruction({0x20, 0x80, 0x80}).error() == "unexpected end of section or function");
  const OneInstruction padded({0x20, 0x83, 0x80, 0x00});
  REQUIRE(padded.ok);
  CHECK(padded.instruction.index == 3);
  CHECK(padded.reader.at_end());
}

TEST_CASE("memory arguments") {
  const OneInstruction plain({0x28, 0x02, 0x05});
  CHECK(plain.instruction.memory.memarg.align_log2 == 2);
  CHECK(plain.instruction.memory.memarg.offset == 5);
  CHECK(plain.instruction.memory.memarg.memory == MemoryIndex{0});
  const OneInstruction second({0x28, 0x41, 0x03, 0x80, 0x01});
  CHECK(second.instruction.memory.memarg.align_log2 == 1);
  CHECK(second.instruction.memory.memarg.offset == 128);
  CHECK(second.instruction.memory.memarg.memory == MemoryIndex{3});
  const OneInstruction large(
      {0x28, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01});
  CHECK(large.instruction.memory.memarg.offset == ~uint64_t{0});
  CHECK(OneInstruction({0x28, 0x80, 0x01, 0x00}).error() == "malformed memop flags");
  CHECK(OneInstruction({0x28, 0x40, 0x00, 0x00}, without(Feature::multi_memory)).error() ==
        "malformed memop flags");
  CHECK(OneInstruction({0x28, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F}, without(Feature::memory64))
            .error() == "integer too large");
  const OneInstruction lane({0xFD, 0x54, 0x00, 0x04, 0x0F});
  CHECK(lane.instruction.opcode == Opcode::v128_load8_lane);
  CHECK(lane.instruction.memory.memarg.offset == 4);
  CHECK(lane.instruction.memory.lane == 15);
}

TEST_CASE("block types") {
  const OneInstruction empty({0x02, 0x40});
  CHECK(empty.instruction.block_type.kind == BlockType::Kind::empty);
  const OneInstruction value({0x03, 0x7E});
  CHECK(value.instruction.block_type.kind == BlockType::Kind::value);
  CHECK(value.instruction.block_type.value == valtype::i64);
  const OneInstruction reference({0x04, 0x64, 0x03});
  CHECK(reference.instruction.block_type.value ==
        ValType::ref(HeapType(TypeIndex{3}), /*nullable=*/false));
  const OneInstruction index({0x02, 0x80, 0x01});
  CHECK(index.instruction.block_type.kind == BlockType::Kind::index);
  CHECK(index.instruction.block_type.index == TypeIndex{128});
  CHECK(OneInstruction({0x02, 0xFF, 0x7F}).error() == "malformed block type");
  CHECK(OneInstruction({0x02, 0x60}).error() == "malformed value type");
  CHECK(OneInstruction({0x02, 0x64, 0x7F}).error() == "malformed heap type");
  const OneInstruction huge({0x02, 0x63, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F});
  CHECK(huge.error() == "unknown type 4294967295");
  CHECK(huge.reader.error().kind == ErrorKind::invalid);
}

TEST_CASE("variable-length immediates") {
  const OneInstruction table({0x0E, 0x02, 0x00, 0x80, 0x01, 0x05});
  REQUIRE(table.ok);
  CHECK(table.instruction.label_table.count == 2);
  CHECK(table.instruction.label_table.targets[1] == 128);
  CHECK(table.instruction.label_table.targets[2] == 5);
  CHECK(OneInstruction({0x0E, 0x05, 0x00}).error() == "length out of bounds");
  CHECK(OneInstruction({0x0E, 0x01, 0x00}).error() == "unexpected end of section or function");

  const OneInstruction select({0x1C, 0x02, 0x7F, 0x6F});
  REQUIRE(select.ok);
  CHECK(select.instruction.select_types.count == 2);
  CHECK(select.instruction.select_types.types[1] == valtype::externref);

  const OneInstruction handlers({0x1F, 0x40, 0x03, 0x00, 0x07, 0x01, 0x02, 0x02, 0x01, 0x09, 0x03});
  REQUIRE(handlers.ok);
  CHECK(handlers.instruction.try_table.count == 3);
  CHECK(handlers.instruction.try_table.clauses[0].tag == TagIndex{7});
  CHECK(handlers.instruction.try_table.clauses[0].label == 1);
  CHECK(handlers.instruction.try_table.clauses[1].label == 2);
  CHECK_FALSE(handlers.instruction.try_table.clauses[1].has_tag());
  CHECK(handlers.instruction.try_table.clauses[2].kind == CatchClause::Kind::catch_ref);
  CHECK(OneInstruction({0x1F, 0x40, 0x01, 0x04, 0x00}).error() == "malformed catch clause");
}

TEST_CASE("references") {
  const OneInstruction null({0xD0, 0x6E});
  CHECK(null.instruction.heap_type.type == HeapType(AbstractHeapType::any));
  CHECK(null.instruction.heap_type.nullable);
  const OneInstruction test({0xFB, 0x14, 0x05});
  CHECK(test.instruction.opcode == Opcode::ref_test);
  CHECK(test.instruction.heap_type.type == HeapType(TypeIndex{5}));
  CHECK_FALSE(test.instruction.heap_type.nullable);
  CHECK(OneInstruction({0xFB, 0x17, 0x05}).instruction.heap_type.nullable);
  const OneInstruction cast({0xFB, 0x18, 0x01, 0x02, 0x6E, 0x03});
  REQUIRE(cast.ok);
  CHECK(cast.instruction.cast_label.label == 2);
  CHECK(cast.instruction.cast_label.from == valtype::anyref);
  CHECK(cast.instruction.cast_label.to == ValType::ref(HeapType(TypeIndex{3}), false));
  CHECK_FALSE(OneInstruction({0xFB, 0x18, 0x04, 0x02, 0x6E, 0x03}).ok);
}

TEST_CASE("pairs keep the written order") {
  const OneInstruction init({0xFC, 0x0C, 0x03, 0x01});
  CHECK(init.instruction.opcode == Opcode::table_init);
  CHECK(init.instruction.pair.first == 3);
  CHECK(init.instruction.pair.second == 1);
  CHECK(OneInstruction({0x11, 0x04, 0x02}).instruction.pair.first == 4);
}

TEST_CASE("data segments need a data count section") {
  CHECK(OneInstruction({0xFC, 0x09, 0x00}, Features(), false).error() ==
        "data count section required");
  CHECK(OneInstruction({0xFC, 0x08, 0x00, 0x00}, Features(), false).error() ==
        "data count section required");
  CHECK(OneInstruction({0xFB, 0x09, 0x00, 0x00}, Features(), false).error() ==
        "data count section required");
  CHECK(OneInstruction({0xFC, 0x09, 0x00}).ok);
}

TEST_CASE("unassigned opcodes and features that are off") {
  CHECK(OneInstruction({0xFF}).error() == "illegal opcode ff");
  CHECK(OneInstruction({0x27}).error() == "illegal opcode 27");
  CHECK(OneInstruction({0xFC, 0x7F}).error() == "illegal opcode fc 7f");
  CHECK(OneInstruction({0xFD, 0x9A, 0x01}).error() == "illegal opcode fd 9a");
  CHECK(OneInstruction({0xFD, 0xFF, 0xFF, 0x03}).error() == "illegal opcode fd ffff");
  CHECK(OneInstruction({0xFE, 0x03, 0x00}).ok);
  CHECK(OneInstruction({0xFE, 0x03, 0x01}).error() == "zero byte expected");
  CHECK(OneInstruction({0xFE, 0x03, 0x00}, without(Feature::threads)).error() ==
        "illegal opcode fe 03");
  CHECK(OneInstruction({0xC0}, without(Feature::sign_extension)).error() == "illegal opcode c0");
  CHECK(OneInstruction({0xC0}).ok);
  CHECK(OneInstruction({0x02, 0x7B}, without(Feature::simd)).error() == "malformed value type");
}

TEST_CASE("every opcode of the table is read back from its code") {
  for (size_t i = 0; i < opcode_count; ++i) {
    const OpcodeInfo& row = opcode_table[i];
    std::vector<uint8_t> bytes;
    if (const uint32_t prefix = row.code >> 16; prefix != 0) {
      bytes.push_back(static_cast<uint8_t>(prefix));
      const uint32_t code = row.code & 0xFFFF;
      bytes.push_back(static_cast<uint8_t>(code < 0x80 ? code : (code & 0x7F) | 0x80));
      if (code >= 0x80) bytes.push_back(static_cast<uint8_t>(code >> 7));
    } else {
      bytes.push_back(static_cast<uint8_t>(row.code));
    }
    bytes.resize(bytes.size() + 40, 0);
    InstructionReader reader;
    Instruction instruction;
    reader.reset({bytes, 0}, Features());
    CAPTURE(row.text);
    REQUIRE(reader.next(instruction));
    CHECK(instruction.opcode == static_cast<Opcode>(i));
  }
}

}  // namespace zwasm
