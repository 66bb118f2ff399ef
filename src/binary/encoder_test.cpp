#include "binary/encoder.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "binary/module_decoder.hpp"
#include "binary/section_id.hpp"

namespace zwasm {
namespace {

std::vector<uint8_t> written(const ByteWriter& out) {
  return {out.bytes().begin(), out.bytes().end()};
}
using Bytes = std::vector<uint8_t>;

}  // namespace

TEST_CASE("integers in their shortest form") {
  const int64_t values[] = {0,     1,     -1,         63,        64,        -64,      -65,      127,
                            128,   8191,  8192,       INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
  for (int64_t value : values) {
    CAPTURE(value);
    ByteWriter out;
    out.s64(value);
    const size_t signed_size = out.size();
    out.u64(static_cast<uint64_t>(value));
    CHECK(out.size() - signed_size == unsigned_leb_size(static_cast<uint64_t>(value)));
    ByteReader in;
    in.reset(out.bytes(), 0, Features());
    int64_t read_back;
    uint64_t unsigned_back;
    REQUIRE(in.read_s64(read_back));
    CHECK(in.offset() == signed_size);
    REQUIRE(in.read_u64(unsigned_back));
    CHECK(in.at_end());
    CHECK(read_back == value);
    CHECK(unsigned_back == static_cast<uint64_t>(value));
  }
  ByteWriter out;
  out.s32(64);
  CHECK(written(out) == Bytes{0xC0, 0x00});
}

TEST_CASE("types") {
  ByteWriter out;
  out.value_type(valtype::funcref);
  out.value_type(ValType::ref(AbstractHeapType::any, false));
  out.value_type(ValType::ref(HeapType(TypeIndex{64}), true));
  out.block_type({});
  out.block_type({BlockType::Kind::value, valtype::i32, TypeIndex{0}});
  out.block_type({BlockType::Kind::index, valtype::bottom, TypeIndex{64}});
  CHECK(written(out) == Bytes{0x70, 0x64, 0x6E, 0x63, 0xC0, 0x00, 0x40, 0x7F, 0xC0, 0x00});
}

TEST_CASE("sized parts nest") {
  ByteWriter out;
  out.u8(9);
  const size_t outer = out.begin_sized();
  out.u8(1);
  const size_t inner = out.begin_sized();
  for (int i = 0; i < 200; ++i) out.u8(7);
  out.end_sized(inner);
  out.end_sized(outer);
  REQUIRE(out.size() == 1 + 2 + 1 + 2 + 200);
  CHECK(out.bytes()[1] == ((203 & 0x7F) | 0x80));
  CHECK(out.bytes()[2] == 1);
  CHECK(out.bytes()[4] == ((200 & 0x7F) | 0x80));
  CHECK(out.bytes()[6] == 7);
}

TEST_CASE("instructions of every immediate kind read back as written") {
  const Bytes encoded[] = {
      {0x02, 0x40},
      {0x02, 0x64, 0x6B},
      {0x0C, 0x05},
      {0x0E, 0x02, 0x00, 0x01, 0x02},
      {0x11, 0x03, 0x01},
      {0x1C, 0x01, 0x7B},
      {0x1F, 0x05, 0x04, 0x00, 0x01, 0x02, 0x01, 0x01, 0x02, 0x02, 0x03, 0x03, 0x04},
      {0x28, 0x02, 0x80, 0x01},
      {0x28, 0x42, 0x07, 0x00},
      {0x3F, 0x00},
      {0x41, 0x7F},
      {0x42, 0x80, 0x7F},
      {0x43, 0x01, 0x02, 0x03, 0x04},
      {0x44, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08},
      {0xD0, 0x05},
      {0xFB, 0x05, 0x01, 0x02},
      {0xFB, 0x15, 0x71},
      {0xFB, 0x19, 0x02, 0x01, 0x6E, 0x04},
      {0xFC, 0x08, 0x01, 0x02},
      {0xFD, 0x0C, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
      {0xFD, 0x15, 0x0F},
      {0xFD, 0x54, 0x00, 0x01, 0x02},
      {0xFD, 0x93, 0x02},
      {0xFE, 0x03, 0x00},
      {0xFE, 0x10, 0x02, 0x00},
  };
  for (const Bytes& bytes : encoded) {
    CAPTURE(int{bytes[0]});
    CAPTURE(int{bytes[1]});
    InstructionReader reader;
    Instruction instruction;
    reader.reset({bytes, 0}, Features());
    REQUIRE(reader.next(instruction));
    REQUIRE(reader.at_end());
    ByteWriter out;
    encode_instruction(instruction, out);
    CHECK(written(out) == bytes);
  }
}

TEST_CASE("a module that uses everything gives its bytes back") {
  Bytes bytes = {0x00, 'a', 's', 'm', 1, 0, 0, 0};
  const auto section = [&](SectionId id, const Bytes& content) {
    bytes.push_back(static_cast<uint8_t>(id));
    bytes.push_back(static_cast<uint8_t>(content.size()));
    bytes.insert(bytes.end(), content.begin(), content.end());
  };
  section(SectionId::custom, {1, 'a', 7});
  section(SectionId::type, {3, 0x60, 1, 0x7F, 1, 0x7E,                                // func
                            0x4E, 2, 0x50, 0, 0x5F, 1, 0x78, 1, 0x4F, 1, 1, 0x5F, 0,  // group
                            0x5E, 0x63, 2, 0});                                       // array
  section(SectionId::import, {1, 1, 'm', 1, 'f', 0, 0});
  section(SectionId::function, {1, 0});
  section(SectionId::table, {1, 0x40, 0, 0x70, 0, 1, 0xD0, 0x70, 0x0B});
  section(SectionId::memory, {2, 0x07, 1, 2, 0x08, 5, 0});
  section(SectionId::tag, {1, 0, 0});
  section(SectionId::global, {1, 0x7F, 1, 0x41, 5, 0x0B});
  section(SectionId::export_, {1, 1, 'x', 0, 1});
  section(SectionId::start, {0});
  section(SectionId::element, {2, 2, 0, 0x41, 0, 0x0B, 0, 1, 1,        // explicit table
                               5, 0x70, 1, 0xD0, 0x70, 0x0B});         // expressions
  section(SectionId::data_count, {2});
  section(SectionId::code, {1, 4, 1, 2, 0x7E, 0x0B});
  section(SectionId::data, {2, 2, 0, 0x41, 0, 0x0B, 0, 1, 0});
  section(SectionId::custom, {1, 'z'});
  Result<Module> module = decode_module(bytes, Features());
  if (!module.ok()) FAIL(module.error().message, " at ", module.error().offset);
  const Vector<uint8_t> encoded = encode_module(*module);
  CHECK(Bytes(encoded.begin(), encoded.end()) == bytes);
}

}  // namespace zwasm
