// Characters to tokens (specification, Text Format: Lexical Format).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "text/keywords.hpp"

namespace zwasm::text {

enum class TokenKind : uint8_t {
  left_paren,
  right_paren,
  annotation,     ///< "(@id" of an annotation of keywords.def; closed by a right_paren
  keyword,
  id,             ///< $name or $"name"
  string,         ///< with its quotes; escapes are known to be correct
  nat,
  integer,
  floating,
  offset_equals,  ///< offset=nat
  align_equals,   ///< align=nat
  reserved,       ///< well-formed but without meaning
  end,            ///< of the source
};

constexpr bool is_number(TokenKind kind) {
  return kind == TokenKind::nat || kind == TokenKind::integer || kind == TokenKind::floating;
}

struct Token {
  uint32_t offset;  ///< in the source
  /// Parentheses that open: number of the token that closes them (the end token when none does).
  /// Others: length in bytes.
  uint32_t extent;
  Keyword keyword;  ///< of keywords and annotations
  TokenKind kind;
};

/// A source and its tokens; the last one is of kind `end`.
struct TokenList {
  explicit TokenList(Allocator& allocator) : tokens(allocator) {}
  std::string_view source;
  Vector<Token> tokens;

  /// The characters of a token that is no parenthesis.
  std::string_view text(const Token& token) const {
    return source.substr(token.offset, token.extent);
  }
};

/// Splits a source. Comments and unknown annotations are checked and dropped. Where there is no
/// known token the result has a `reserved` one, so that the parser decides which error comes first.
Result<TokenList> tokenize(std::string_view source, Allocator& allocator);

/// A malformed-text error with the line and column of `offset` in `source`.
[[gnu::format(printf, 3, 4)]] Error error_at(std::string_view source, size_t offset,
                                             const char* pattern, ...);

/// Appends the bytes that a string token (with quotes) stands for.
void decode_string(std::string_view token, Vector<uint8_t>& bytes);

}  // namespace zwasm::text
