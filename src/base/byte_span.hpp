// A view of bytes in 12 bytes, for tables with an entry per segment or function of a module.
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace zwasm {

/// Like std::span<const uint8_t> of at most 4 GiB, but small and aligned to 4 bytes only. Converts
/// both ways.
class ByteSpan {
 public:
  constexpr ByteSpan() = default;
  /// From whatever converts to a span of bytes.
  template <class Bytes>
    requires(std::convertible_to<const Bytes&, std::span<const uint8_t>> &&
             !std::same_as<Bytes, ByteSpan> && !std::same_as<Bytes, std::span<const uint8_t>>)
  ByteSpan(const Bytes& bytes) : ByteSpan(std::span<const uint8_t>(bytes)) {}
  ByteSpan(std::span<const uint8_t> bytes)
      : address_{static_cast<uint32_t>(reinterpret_cast<uintptr_t>(bytes.data())),
                 static_cast<uint32_t>(uint64_t{reinterpret_cast<uintptr_t>(bytes.data())} >> 32)},
        size_(static_cast<uint32_t>(bytes.size())) {
    assert(bytes.size() <= UINT32_MAX);
  }
  ByteSpan(const uint8_t* begin, const uint8_t* end)
      : ByteSpan(std::span<const uint8_t>(begin, end)) {}

  const uint8_t* data() const {
    return reinterpret_cast<const uint8_t*>(
        static_cast<uintptr_t>(uint64_t{address_[1]} << 32 | address_[0]));
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const uint8_t* begin() const { return data(); }
  const uint8_t* end() const { return data() + size_; }
  uint8_t operator[](size_t i) const {
    assert(i < size_);
    return data()[i];
  }
  std::span<const uint8_t> span() const { return {data(), size_}; }
  operator std::span<const uint8_t>() const { return span(); }

 private:
  uint32_t address_[2] = {};
  uint32_t size_ = 0;
};
static_assert(sizeof(ByteSpan) == 12 && alignof(ByteSpan) == 4);

}  // namespace zwasm
