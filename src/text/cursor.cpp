#include "text/cursor.hpp"

#include "base/utf8.hpp"
#include "text/numbers.hpp"

namespace zwasm::text {

Status Cursor::expect_open(Keyword keyword) {
  if (accept_open(keyword)) return {};
  if (!at(TokenKind::left_paren)) return unexpected();
  return unexpected(peek(1));
}

Status Cursor::expect_close() {
  if (accept_close()) return {};
  return unexpected();
}

Status Cursor::expect_end() {
  if (at(TokenKind::end)) return {};
  return unexpected();
}

Result<std::span<const uint8_t>> Cursor::expect_bytes() {
  if (!at(TokenKind::string)) return unexpected();
  const std::string_view token = text(take());
  const std::string_view plain = token.substr(1, token.size() - 2);
  if (plain.find('\\') == std::string_view::npos) {
    return std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(plain.data()), plain.size());
  }
  Vector<uint8_t> bytes;
  decode_string(token, bytes);
  const auto copy = arena_->copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(copy.data()), copy.size());
}

Result<std::string_view> Cursor::expect_name() {
  const Token& token = peek();
  const std::span<const uint8_t> bytes = ZWASM_TRY(expect_bytes());
  const std::string_view name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!is_valid_utf8(name)) return error(token, "malformed UTF-8 encoding");
  return name;
}

Result<std::span<const uint8_t>> Cursor::expect_strings() {
  Vector<uint8_t> bytes;
  while (at(TokenKind::string)) decode_string(text(take()), bytes);
  const auto copy = arena_->copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(copy.data()), copy.size());
}

Result<uint64_t> Cursor::expect_nat(unsigned bits) {
  if (!at(TokenKind::nat)) return unexpected();
  const Token& token = take();
  uint64_t value;
  if (!parse_nat(text(token), bits, value)) {
    return error(token, "i%u constant out of range", bits);
  }
  return value;
}

Result<uint32_t> Cursor::expect_u32() {
  return static_cast<uint32_t>(ZWASM_TRY(expect_nat(32)));
}

std::string_view Cursor::id_name(const Token& token) {
  const std::string_view id = text(token).substr(1);
  if (id.front() != '"') return id;
  const std::string_view plain = id.substr(1, id.size() - 2);
  if (plain.find('\\') == std::string_view::npos) return plain;
  Vector<uint8_t> bytes;
  decode_string(id, bytes);
  return arena_->copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string_view Cursor::accept_id() {
  return at(TokenKind::id) ? id_name(take()) : std::string_view();
}

Error Cursor::unexpected(const Token& token) const {
  switch (token.kind) {
    case TokenKind::annotation: {
      std::string_view id = source().substr(token.offset + 1);
      id = id.substr(0, id.find_first_of(" \t\r\n()"));
      return error(token, "misplaced %.*s annotation", static_cast<int>(id.size()), id.data());
    }
    case TokenKind::reserved: {
      const std::string_view word = text(token).substr(0, 100);
      return error(token, "unknown operator %.*s", static_cast<int>(word.size()), word.data());
    }
    case TokenKind::end: return error(token, "unexpected token, end of input");
    case TokenKind::left_paren:
    case TokenKind::right_paren:
    case TokenKind::keyword:
    case TokenKind::id:
    case TokenKind::string:
    case TokenKind::nat:
    case TokenKind::integer:
    case TokenKind::floating:
    case TokenKind::offset_equals:
    case TokenKind::align_equals: break;
  }
  const std::string_view word =
      token.kind == TokenKind::left_paren ? "(" : text(token).substr(0, 60);
  return error(token, "unexpected token %.*s", static_cast<int>(word.size()), word.data());
}

Error Cursor::error(const Token& token, const char* pattern, ...) const {
  va_list arguments;
  va_start(arguments, pattern);
  const std::string message = format_list(pattern, arguments);
  va_end(arguments);
  return error_at(source(), token.offset, "%s", message.c_str());
}

}  // namespace zwasm::text
