// A position in a token list, and the steps that every parser of tokens takes.
#pragma once

#include <cstdarg>
#include <string_view>

#include "base/allocator.hpp"
#include "base/result.hpp"
#include "text/lexer.hpp"

namespace zwasm::text {

class Cursor {
 public:
  /// Names that are not plain spans of the source are decoded into `arena`.
  Cursor(const TokenList& list, Arena& arena) : list_(&list), arena_(&arena) {}

  uint32_t position() const { return position_; }
  void move_to(uint32_t position) { position_ = position; }

  const Token& peek(uint32_t ahead = 0) const {
    const size_t last = list_->tokens.size() - 1;
    return list_->tokens[position_ + ahead < last ? position_ + ahead : last];
  }
  /// The token at a position.
  const Token& at_position(uint32_t position) const { return list_->tokens[position]; }
  /// Moves to the next token and returns the one before it.
  const Token& take() {
    const Token& token = peek();
    if (token.kind != TokenKind::end) ++position_;
    return token;
  }
  std::string_view text(const Token& token) const { return list_->text(token); }
  std::string_view source() const { return list_->source; }
  /// Offset in the source of the next token.
  uint32_t offset() const { return peek().offset; }
  /// The same of the token at a position.
  uint32_t offset_of(uint32_t position) const { return list_->tokens[position].offset; }

  bool at(TokenKind kind) const { return peek().kind == kind; }
  bool at(Keyword keyword) const { return is(peek(), keyword); }
  /// At "(keyword".
  bool at_open(Keyword keyword) const {
    return at(TokenKind::left_paren) && is(peek(1), keyword);
  }
  bool at_annotation(Keyword keyword) const {
    return at(TokenKind::annotation) && peek().keyword == keyword;
  }
  bool at_index() const { return at(TokenKind::nat) || at(TokenKind::id); }

  bool accept(Keyword keyword) { return at(keyword) && (++position_, true); }
  bool accept_open(Keyword keyword) { return at_open(keyword) && (position_ += 2, true); }
  bool accept_close() { return at(TokenKind::right_paren) && (++position_, true); }

  Status expect_open(Keyword keyword);
  Status expect_close();
  Status expect_end();

  /// A string as bytes, or as a name, which must be UTF-8. Both live in the arena.
  Result<std::span<const uint8_t>> expect_bytes();
  Result<std::string_view> expect_name();
  /// All the strings up to something else, joined.
  Result<std::span<const uint8_t>> expect_strings();

  /// A nat of at most `bits` bits.
  Result<uint64_t> expect_nat(unsigned bits);
  Result<uint32_t> expect_u32();

  /// The name of an id token, without `$` and quotes.
  std::string_view id_name(const Token& token);
  /// The id at the cursor, or an empty name when there is none.
  std::string_view accept_id();

  /// The error for a token that does not belong where it is: "unknown operator x" when it means
  /// nothing anywhere, "misplaced @x annotation", "unexpected token".
  Error unexpected() const { return unexpected(peek()); }
  Error unexpected(const Token& token) const;

  [[gnu::format(printf, 3, 4)]] Error error(const Token& token, const char* pattern, ...) const;

 private:
  static bool is(const Token& token, Keyword keyword) {
    return token.kind == TokenKind::keyword && token.keyword == keyword;
  }

  const TokenList* list_;
  Arena* arena_;
  uint32_t position_ = 0;
};

}  // namespace zwasm::text
