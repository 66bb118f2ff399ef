#include "wasm/module.hpp"

#include <cassert>

#include "base/leb128.hpp"
#include "wasm/opcode.hpp"

namespace zwasm {

bool read_integer_constant(const Expression& expression, IntegerConstant& constant) {
  constexpr uint8_t i32_const = 0x41, i64_const = 0x42, end = 0x0B;
  static_assert(info(Opcode::i32_const).code == i32_const &&
                info(Opcode::i64_const).code == i64_const && info(Opcode::end).code == end);
  const uint8_t* at = expression.bytes.begin();
  const uint8_t* const bytes_end = expression.bytes.end();
  if (at == bytes_end) return false;
  const uint8_t opcode = *at++;
  if (opcode == i32_const) {
    int32_t value = 0;
    if (read_leb(at, bytes_end, value) != LebError::none) return false;
    constant = {valtype::i32, static_cast<uint32_t>(value)};
  } else if (opcode == i64_const) {
    int64_t value = 0;
    if (read_leb(at, bytes_end, value) != LebError::none) return false;
    constant = {valtype::i64, static_cast<uint64_t>(value)};
  } else {
    return false;
  }
  return bytes_end - at == 1 && *at == end;
}

DataSegment DataSegments::operator[](size_t index) const {
  assert(index < size_);
  if (places_ == nullptr) return list_[index];
  const Place& place = places_[index];
  const uint8_t* const binary = binary_.data();
  const uint8_t* const end = binary + binary_.size();
  // None of these integers can be malformed: the decoder has read them.
  const auto read = [end](const uint8_t*& at) {
    uint32_t value = 0;
    read_leb(at, end, value);
    return value;
  };
  DataSegment segment;
  segment.position = place.position;
  const uint8_t* at = binary + place.position;
  segment.flags = static_cast<uint8_t>(read(at));
  if (segment.flags != 1) {
    segment.mode = SegmentMode::active;
    if (segment.flags == 2) segment.memory = MemoryIndex{read(at)};
    segment.offset = {{at, binary + place.size_position}, static_cast<uint32_t>(at - binary)};
  }
  at = binary + place.size_position;
  const uint32_t size = read(at);
  segment.bytes = {at, at + size};
  return segment;
}

}  // namespace zwasm
