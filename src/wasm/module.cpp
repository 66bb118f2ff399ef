#include "wasm/module.hpp"

#include <cassert>

#include "base/leb128.hpp"

namespace zwasm {

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
