#include "text/constants.hpp"

#include "text/numbers.hpp"

namespace zwasm::text {
VectorShape vector_shape(Keyword keyword) {
  if (keyword == Keyword::i8x16) return {16, 8, false};
  if (keyword == Keyword::i16x8) return {8, 16, false};
  if (keyword == Keyword::i32x4) return {4, 32, false};
  if (keyword == Keyword::i64x2) return {2, 64, false};
  if (keyword == Keyword::f32x4) return {4, 32, true};
  if (keyword == Keyword::f64x2) return {2, 64, true};
  return {};
}

Result<uint64_t> expect_integer(Cursor& cursor, unsigned bits) {
  if (!cursor.at(TokenKind::nat) && !cursor.at(TokenKind::integer)) return cursor.unexpected();
  const Token& token = cursor.take();
  uint64_t value;
  if (!parse_integer(cursor.text(token), bits, value)) {
    return cursor.error(token, "constant out of range");
  }
  return value;
}

Result<uint64_t> expect_float(Cursor& cursor, unsigned bits) {
  if (!is_number(cursor.peek().kind)) return cursor.unexpected();
  const Token& token = cursor.take();
  uint64_t value = 0;
  uint32_t single = 0;
  const bool ok = bits == 32 ? parse_f32(cursor.text(token), single)
                             : parse_f64(cursor.text(token), value);
  if (!ok) return cursor.error(token, "constant out of range");
  return bits == 32 ? single : value;
}

Status expect_vector(Cursor& cursor, uint8_t (&bytes)[16]) {
  const Token& keyword = cursor.peek();
  const VectorShape shape = vector_shape(keyword.keyword);
  if (keyword.kind != TokenKind::keyword || shape.lanes == 0) return cursor.unexpected();
  cursor.take();
  uint32_t count = 0;
  while (count <= shape.lanes && is_number(cursor.peek(count).kind)) ++count;
  if (count != shape.lanes) {
    const Token& after = cursor.peek(count);
    if (after.kind == TokenKind::reserved || after.kind == TokenKind::keyword) {
      return cursor.unexpected(after);
    }
    return cursor.error(after, "wrong number of lane literals");
  }
  for (size_t lane = 0; lane < shape.lanes; ++lane) {
    const uint64_t value = ZWASM_TRY(shape.floating ? expect_float(cursor, shape.lane_bits)
                                                    : expect_integer(cursor, shape.lane_bits));
    const size_t width = shape.lane_bits / 8u;
    for (size_t i = 0; i < width; ++i) {
      bytes[lane * width + i] = static_cast<uint8_t>(value >> (8 * i));
    }
  }
  return {};
}

}  // namespace zwasm::text
