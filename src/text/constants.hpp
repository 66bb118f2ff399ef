// The values behind i32.const ... v128.const, in modules and in test scripts.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "text/cursor.hpp"

namespace zwasm::text {

/// How a v128 is written.
struct VectorShape {
  uint8_t lanes = 0;  ///< 0: no shape
  uint8_t lane_bits = 0;
  bool floating = false;
};
/// The shape that a keyword names.
VectorShape vector_shape(Keyword keyword);

/// An integer of 8, 16, 32 or 64 bits, modulo 2^bits.
Result<uint64_t> expect_integer(Cursor& cursor, unsigned bits);

/// The bits of a float of 32 or 64 bits.
Result<uint64_t> expect_float(Cursor& cursor, unsigned bits);

/// "i32x4 1 2 3 4": the bytes of the vector.
Status expect_vector(Cursor& cursor, uint8_t (&bytes)[16]);

}  // namespace zwasm::text
