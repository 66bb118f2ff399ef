// Cursor over bytes of a module: integers, names and types.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/leb128.hpp"
#include "wasm/features.hpp"
#include "wasm/types.hpp"

namespace zwasm {

/// Why a module cannot be used that needs a feature without code in this build.
std::string not_built_message(Feature feature);

/// Block type as written: empty, one value type, or a type index.
struct BlockType {
  enum class Kind : uint8_t { empty, value, index };
  Kind kind = Kind::empty;
  ValType value;       ///< Kind::value
  TypeIndex index{0};  ///< Kind::index
};

/// Reads what the binary format is made of. Every read returns false when the bytes are malformed;
/// the first failure is kept in `error`, and the position is then meaningless.
class ByteReader {
 public:
  /// `offset`: that of the first byte in the module, for messages.
  void reset(std::span<const uint8_t> bytes, uint32_t offset, const Features& features) {
    position_ = bytes.data();
    end_ = position_ + bytes.size();
    base_ = reinterpret_cast<uintptr_t>(position_) - offset;
    features_ = features;
    if (error_.offset != Error::no_offset) error_ = Error();
  }

  bool at_end() const { return position_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - position_); }
  /// Offset of the next byte in the module.
  uint32_t offset() const {
    return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(position_) - base_);
  }
  const uint8_t* position() const { return position_; }
  /// Goes to a position from `position()`, or up to `remaining()` bytes behind one.
  void seek(const uint8_t* position) { position_ = position; }
  const Features& features() const { return features_; }

  /// What failed; the kind is `malformed`, or `invalid` where the format is fine but no module can
  /// be valid.
  const Error& error() const { return error_; }
  Error take_error() { return std::move(error_); }

  [[gnu::always_inline]] bool read_u8(uint8_t& value) {
    if (position_ == end_) [[unlikely]] return fail_end();
    value = *position_++;
    return true;
  }
  bool read_u32(uint32_t& value) { return read<uint32_t, 32>(value); }
  bool read_u64(uint64_t& value) { return read<uint64_t, 64>(value); }
  bool read_s32(int32_t& value) { return read<int32_t, 32>(value); }
  bool read_s33(int64_t& value) { return read<int64_t, 33>(value); }
  bool read_s64(int64_t& value) { return read<int64_t, 64>(value); }

  /// Copies `count` bytes to `out`.
  bool read_raw(void* out, size_t count) {
    if (remaining() < count) [[unlikely]] return fail_end();
    std::memcpy(out, position_, count);
    position_ += count;
    return true;
  }
  /// A view of the next `count` bytes.
  bool read_bytes(size_t count, std::span<const uint8_t>& bytes) {
    if (remaining() < count) [[unlikely]] return fail_end();
    bytes = {position_, count};
    position_ += count;
    return true;
  }
  /// A length or count of things of at least one byte. It is never more than the bytes that were
  /// left in front of it.
  bool read_length(uint32_t& length) {
    const uint32_t start = offset();
    const size_t left = remaining();
    if (!read_u32(length)) [[unlikely]] return false;
    if (length > left) [[unlikely]] return fail(start, "length out of bounds");
    return true;
  }
  /// A name in UTF-8, as a view.
  bool read_name(std::string_view& name);

  bool read_value_type(ValType& type) {
    if (position_ != end_) {
      switch (*position_) {
        case 0x7F: return accept(type, valtype::i32);
        case 0x7E: return accept(type, valtype::i64);
        case 0x7D: return accept(type, valtype::f32);
        case 0x7C: return accept(type, valtype::f64);
      }
    }
    return read_vector_or_reference_type(type);
  }
  bool read_reference_type(ValType& type);
  bool read_heap_type(HeapType& type);
  bool read_block_type(BlockType& type) {
    if (position_ != end_ && *position_ == 0x40) {
      ++position_;
      type = {};
      return true;
    }
    return read_long_block_type(type);
  }

  /// Records a failure, unless there is one already. Returns false.
  [[gnu::cold, gnu::noinline, gnu::format(printf, 3, 4)]] bool fail(uint32_t offset,
                                                                    const char* pattern, ...);
  /// The same with kind `invalid`.
  [[gnu::cold, gnu::noinline, gnu::format(printf, 3, 4)]] bool fail_invalid(uint32_t offset,
                                                                            const char* pattern,
                                                                            ...);
  /// The same because `feature` is off: malformed, with that text, or unsupported and naming the
  /// feature if this build has no code for it.
  [[gnu::cold, gnu::noinline]] bool fail_feature(uint32_t offset, Feature feature,
                                                 const char* malformed);
  bool fail_end() {
    record_end();  // a call of its own, so that the compiler sees the false
    return false;
  }
  /// The same with an error of another reader.
  [[gnu::cold, gnu::noinline]] bool fail_with(Error error);

 private:
  template <class T, unsigned bits>
  [[gnu::always_inline]] bool read(T& value) {
    const LebError error = read_leb<T, bits>(position_, end_, value);
    if (error != LebError::none) [[unlikely]] {
      record_integer(error);
      return false;
    }
    return true;
  }
  bool accept(ValType& type, ValType value) {
    type = value;
    ++position_;
    return true;
  }
  [[gnu::cold, gnu::noinline]] void record_end();
  [[gnu::cold, gnu::noinline]] void record_integer(LebError error);
  bool read_vector_or_reference_type(ValType& type);
  bool read_long_block_type(BlockType& type);

  const uint8_t* position_ = nullptr;
  const uint8_t* end_ = nullptr;
  uintptr_t base_ = 0;  // address of the module's first byte, or what would be it
  Features features_;
  Error error_;
};

}  // namespace zwasm
