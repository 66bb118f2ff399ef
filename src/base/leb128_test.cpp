#include "base/leb128.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

namespace zwasm {
namespace {

// The shortest encoding, padded with redundant bytes to `size` if it is shorter.
std::vector<uint8_t> encode(int64_t value, bool is_signed, size_t size = 0) {
  std::vector<uint8_t> bytes;
  for (;;) {
    const auto low = static_cast<uint8_t>(value & 0x7F);
    value = is_signed ? value >> 7 : static_cast<int64_t>(static_cast<uint64_t>(value) >> 7);
    const bool last = is_signed ? value == ((low & 0x40) != 0 ? -1 : 0) : value == 0;
    if (last && bytes.size() + 1 >= size) {
      bytes.push_back(low);
      return bytes;
    }
    bytes.push_back(low | 0x80);
  }
}

template <class T>
struct Read {
  LebError error;
  T value;
  ptrdiff_t consumed;
};

template <class T, unsigned bits = sizeof(T) * 8>
Read<T> read(const std::vector<uint8_t>& bytes) {
  const uint8_t* position = bytes.data();
  T value = 0;
  const LebError error = read_leb<T, bits>(position, bytes.data() + bytes.size(), value);
  return {error, value, position - bytes.data()};
}

template <class T>
void check_round_trip(T value, size_t longest) {
  for (size_t size = 1; size <= longest; ++size) {
    const std::vector<uint8_t> bytes =
        encode(static_cast<int64_t>(value), std::is_signed_v<T>, size);
    const Read<T> result = read<T>(bytes);
    CHECK(result.error == LebError::none);
    CHECK(result.value == value);
    CHECK(result.consumed == static_cast<ptrdiff_t>(bytes.size()));
    for (const uint8_t behind : std::initializer_list<uint8_t>{0x00, 0x7F, 0x80, 0xFF}) {
      std::vector<uint8_t> followed = bytes;
      followed.insert(followed.end(), 4, behind);
      const Read<T> same = read<T>(followed);
      CHECK(same.error == LebError::none);
      CHECK(same.value == value);
      CHECK(same.consumed == result.consumed);
    }
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      const std::vector<uint8_t> truncated(bytes.begin(),
                                           bytes.begin() + static_cast<ptrdiff_t>(cut));
      CHECK(read<T>(truncated).error == LebError::unexpected_end);
    }
  }
}

template <class T>
void check_around_powers_of_two(size_t longest) {
  for (unsigned bit = 0; bit < sizeof(T) * 8; ++bit) {
    const auto power = static_cast<T>(uint64_t{1} << bit);
    for (const T value : {power, static_cast<T>(power - 1), static_cast<T>(~power)}) {
      check_round_trip(value, longest);
    }
  }
  check_round_trip(std::numeric_limits<T>::max(), longest);
  check_round_trip(std::numeric_limits<T>::min(), longest);
}

TEST_CASE("integers of every length are read") {
  check_around_powers_of_two<uint32_t>(5);
  check_around_powers_of_two<uint64_t>(10);
}

TEST_CASE("signed integers of every length are read") {
  for (const int32_t value : {0, 1, -1, 63, 64, -64, -65, 0x7FFFFFFF, -0x7FFFFFFF - 1}) {
    check_round_trip(value, 5);
  }
  for (const int64_t value : {int64_t{0}, int64_t{-1}, int64_t{1} << 40, -(int64_t{1} << 40),
                              std::numeric_limits<int64_t>::max(),
                              std::numeric_limits<int64_t>::min()}) {
    check_round_trip(value, 10);
  }
}

TEST_CASE("unused bits must be zero, or copies of the sign") {
  CHECK(read<uint32_t>({0x80, 0x80, 0x80, 0x80, 0x0F}).value == 0xF0000000u);
  CHECK(read<uint32_t>({0x80, 0x80, 0x80, 0x80, 0x10}).error == LebError::too_large);
  CHECK(read<uint32_t>({0x80, 0x80, 0x80, 0x80, 0x70}).error == LebError::too_large);
  CHECK(read<int32_t>({0xFF, 0xFF, 0xFF, 0xFF, 0x7F}).value == -1);
  CHECK(read<int32_t>({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}).error == LebError::too_large);
  CHECK(read<int32_t>({0x80, 0x80, 0x80, 0x80, 0x70}).error == LebError::too_large);
  CHECK(read<int32_t>({0x80, 0x80, 0x80, 0x80, 0x78}).value == -0x7FFFFFFF - 1);
  CHECK(read<uint64_t>({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02}).error ==
        LebError::too_large);
  CHECK(read<int64_t>({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F}).value ==
        std::numeric_limits<int64_t>::min());
  CHECK(read<int64_t>({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7E}).error ==
        LebError::too_large);
}

TEST_CASE("a 33-bit integer holds every type index and every negative code") {
  CHECK(read<int64_t, 33>({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}).value == 0xFFFFFFFF);
  CHECK(read<int64_t, 33>({0x40}).value == -64);
  CHECK(read<int64_t, 33>({0x80, 0x80, 0x80, 0x80, 0x70}).value == -(int64_t{1} << 32));
  CHECK(read<int64_t, 33>({0x80, 0x80, 0x80, 0x80, 0x10}).error == LebError::too_large);
}

TEST_CASE("an integer that does not end in time is too long") {
  const Read<uint32_t> result = read<uint32_t>({0x80, 0x80, 0x80, 0x80, 0x80, 0x00});
  CHECK(result.error == LebError::too_long);
  CHECK_MESSAGE(result.consumed == 5, "the position names the byte that is too much");
  CHECK(read<int64_t>(std::vector<uint8_t>(11, 0xFF)).error == LebError::too_long);
}

TEST_CASE("the size of an unsigned integer") {
  CHECK(unsigned_leb_size(0) == 1);
  CHECK(unsigned_leb_size(127) == 1);
  CHECK(unsigned_leb_size(128) == 2);
  CHECK(unsigned_leb_size(UINT32_MAX) == 5);
  CHECK(unsigned_leb_size(UINT64_MAX) == 10);
}

}  // namespace
}  // namespace zwasm
