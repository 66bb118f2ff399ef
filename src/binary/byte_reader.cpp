#include "binary/byte_reader.hpp"

#include "base/utf8.hpp"
#include "wasm/limits.hpp"

namespace zwasm {
namespace {

/// The abstract heap type of a byte, and the feature it belongs to.
bool abstract_heap_type(uint8_t byte, AbstractHeapType& type, Feature& feature) {
  switch (byte) {
    case 0x70: feature = Feature::reference_types; break;
    case 0x6F: feature = Feature::reference_types; break;
    case 0x74:
    case 0x69: feature = Feature::exceptions; break;
    case 0x73:
    case 0x72:
    case 0x71:
    case 0x6E:
    case 0x6D:
    case 0x6C:
    case 0x6B:
    case 0x6A: feature = Feature::gc; break;
    default: return false;
  }
  type = static_cast<AbstractHeapType>(byte);
  return true;
}

}  // namespace

std::string not_built_message(Feature feature) {
  return format("feature %s is not part of this build",
                feature_table[static_cast<size_t>(feature)].name.data());
}

bool ByteReader::read_name(std::string_view& name) {
  const uint32_t start = offset();
  uint32_t length;
  std::span<const uint8_t> bytes;
  if (!read_length(length) || !read_bytes(length, bytes)) return false;
  if (length > limits::max_string_size) return fail(start, "name of %u bytes is too long", length);
  name = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  if (!is_valid_utf8(name)) return fail(start, "malformed UTF-8 encoding");
  return true;
}

bool ByteReader::read_heap_type(HeapType& type) {
  const uint32_t start = offset();
  if (at_end()) return fail_end();
  AbstractHeapType abstract;
  Feature feature;
  if (abstract_heap_type(*position_, abstract, feature)) {
    if (!features_.has(feature)) return fail_feature(start, feature, "malformed heap type");
    ++position_;
    type = abstract;
    return true;
  }
  int64_t index;
  if (!read_s33(index)) return false;
  if (index < 0 || !features_.has(Feature::function_references)) {
    return fail(start, "malformed heap type");
  }
  // A HeapType has room for the indices of every module within the limits.
  if (index > limits::max_types) {
    return fail_invalid(start, "unknown type %u", static_cast<uint32_t>(index));
  }
  type = HeapType(TypeIndex{static_cast<uint32_t>(index)});
  return true;
}

bool ByteReader::read_reference_type(ValType& type) {
  const uint32_t start = offset();
  if (at_end()) return fail_end();
  const uint8_t byte = *position_;
  AbstractHeapType abstract;
  Feature feature;
  if (byte == 0x63 || byte == 0x64) {
    ++position_;
    HeapType heap = AbstractHeapType::func;
    if (!read_heap_type(heap)) return false;
    type = ValType::ref(heap, byte == 0x63);
    return features_.has(Feature::function_references) || fail(start, "malformed reference type");
  }
  // Tables of functions are older than reference types; what else uses the type is checked where
  // it is used.
  if (abstract_heap_type(byte, abstract, feature)) {
    if (byte != 0x70 && !features_.has(feature)) {
      return fail_feature(start, feature, "malformed reference type");
    }
    ++position_;
    type = ValType::ref(abstract, true);
    return true;
  }
  return fail(start, "malformed reference type");
}

bool ByteReader::read_vector_or_reference_type(ValType& type) {
  if (at_end()) return fail_end();
  const uint8_t byte = *position_;
  if (byte == 0x7B) {
    return features_.has(Feature::simd)
               ? accept(type, valtype::v128)
               : fail_feature(offset(), Feature::simd, "malformed value type");
  }
  AbstractHeapType abstract;
  Feature feature;
  const bool abbreviation = abstract_heap_type(byte, abstract, feature);
  if (abbreviation && !features_.has(feature)) {
    return fail_feature(offset(), feature, "malformed value type");
  }
  if (byte != 0x63 && byte != 0x64 && !abbreviation) return fail(offset(), "malformed value type");
  return read_reference_type(type);
}

bool ByteReader::read_long_block_type(BlockType& type) {
  if (at_end()) return fail_end();
  const uint32_t start = offset();
  // One-byte negative numbers are value types; everything else is an index.
  if ((*position_ & 0xC0) == 0x40) {
    type.kind = BlockType::Kind::value;
    return read_value_type(type.value);
  }
  int64_t index;
  if (!read_s33(index)) return false;
  if (index < 0 || !features_.has(Feature::multi_value)) return fail(start, "malformed block type");
  type.kind = BlockType::Kind::index;
  type.index = TypeIndex{static_cast<uint32_t>(index)};
  return true;
}

bool ByteReader::fail(uint32_t offset, const char* pattern, ...) {
  if (error_.offset != Error::no_offset) return false;
  va_list arguments;
  va_start(arguments, pattern);
  error_ = make_error(ErrorKind::malformed, offset, "%s", format_list(pattern, arguments).c_str());
  va_end(arguments);
  return false;
}

bool ByteReader::fail_feature(uint32_t offset, Feature feature, const char* malformed) {
  if (is_built(feature)) return fail(offset, "%s", malformed);
  return fail_with(make_error(ErrorKind::unsupported, offset, "%s",
                              not_built_message(feature).c_str()));
}

bool ByteReader::fail_invalid(uint32_t offset, const char* pattern, ...) {
  if (error_.offset != Error::no_offset) return false;
  va_list arguments;
  va_start(arguments, pattern);
  error_ = make_error(ErrorKind::invalid, offset, "%s", format_list(pattern, arguments).c_str());
  va_end(arguments);
  return false;
}

void ByteReader::record_end() { fail(offset(), "unexpected end of section or function"); }

bool ByteReader::fail_with(Error error) {
  if (error_.offset == Error::no_offset) error_ = std::move(error);
  return false;
}

void ByteReader::record_integer(LebError error) { fail(offset(), "%s", leb_message(error)); }

}  // namespace zwasm
