#include "text/lexer.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace zwasm;
using namespace zwasm::text;

namespace {

/// One letter per token.
std::string kinds(std::string_view source) {
  const Result<TokenList> list = tokenize(source, system_allocator());
  if (!list.ok()) return list.error().message;
  std::string result;
  for (const Token& token : list.value().tokens) {
    switch (token.kind) {
      case TokenKind::left_paren: result += '('; break;
      case TokenKind::right_paren: result += ')'; break;
      case TokenKind::annotation: result += '@'; break;
      case TokenKind::keyword: result += 'k'; break;
      case TokenKind::id: result += '$'; break;
      case TokenKind::string: result += 's'; break;
      case TokenKind::nat: result += 'n'; break;
      case TokenKind::integer: result += 'i'; break;
      case TokenKind::floating: result += 'f'; break;
      case TokenKind::offset_equals: result += 'o'; break;
      case TokenKind::align_equals: result += 'a'; break;
      case TokenKind::reserved: result += '?'; break;
      case TokenKind::end: result += '.'; break;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("kinds of tokens") {
  CHECK(kinds("") == ".");
  CHECK(kinds("(func $f (param i32))") == "(k$(kk)).");
  CHECK(kinds("i32.const -1 1 1.5 nan:0x1 inf") == "kinfff.");
  CHECK(kinds("i32.load offset=16 align=0x4") == "koa.");
  CHECK(kinds("offset= offset=x offset=-1 offset") == "???k.");
  CHECK(kinds("\"a\" \"\\\"\" $\"a b\" $x'y") == "ss$$.");
  CHECK(kinds("func(nop)func") == "k(k)k.");
  CHECK(kinds("frobnicate 0x 1x @a , ; [ { ;") == "?????????.");
}

TEST_CASE("a token is the longest run of its characters") {
  CHECK(kinds("i32.const0") == "?.");
  CHECK(kinds("0$l 0\"a\" \"a\"\"b\" $\"l\"0 $l\"x\" func\"a\"") == "??????.");
  CHECK(kinds("$l$l") == "$.");
}

TEST_CASE("parentheses know their partners") {
  const Result<TokenList> list = tokenize("(a (b) (@name \"x\")) (", system_allocator());
  REQUIRE(list.ok());
  const Vector<Token>& tokens = list.value().tokens;
  CHECK(tokens[0].extent == 8);
  CHECK(tokens[2].extent == 4);
  CHECK(tokens[5].extent == 7);
  CHECK(tokens[9].extent == 10);  // never closed: the end
}

TEST_CASE("comments") {
  CHECK(kinds("1;;2\n3(;4(;5;);;;)6") == "nnn.");
  CHECK(kinds(";; a\r7") == "n.");
  CHECK(kinds(";;") == ".");
  CHECK(kinds("(; (; ;)") == "unclosed comment");
  CHECK(kinds(";; \x80") == "malformed UTF-8 encoding");
  CHECK(kinds("(; \xC3\xA4 ;)") == ".");
}

TEST_CASE("strings") {
  CHECK(kinds(R"("\t\n\r\'\\\"\00\ff\u{10FFFF}\u{1_0}")") == "s.");
  CHECK(kinds("\"abc") == "unclosed string literal");
  CHECK(kinds("\"abc\n\"") == "unclosed string literal");
  CHECK(kinds("\"a\x01\"") == "illegal control character in string literal");
  CHECK(kinds(R"("\q")") == "illegal escape");
  CHECK(kinds(R"("\u{d800}")") == "illegal escape");
  CHECK(kinds(R"("\u{110000}")") == "illegal escape");
  CHECK(kinds(R"("\u{}")") == "illegal escape");
  CHECK(kinds("\"\xFF\"") == "malformed UTF-8 encoding");
  Vector<uint8_t> bytes;
  decode_string(R"("a\42\u{e4}\n\ff")", bytes);
  CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) ==
        "aB\xC3\xA4\n\xFF");
}

TEST_CASE("illegal characters") {
  CHECK(kinds("(\x01)") == "illegal character");
  CHECK(kinds("\xC3\xA4") == "illegal character");
  CHECK(kinds("\xC3") == "malformed UTF-8 encoding");
  CHECK(kinds("$") == "empty identifier");
  CHECK(kinds("$\"\"") == "empty identifier");
  CHECK(kinds("$\"\\ff\"") == "malformed UTF-8 encoding");
}

TEST_CASE("annotations without meaning disappear") {
  CHECK(kinds("(@x a ($b) \"c)\" 0y ]) 1") == "n.");
  CHECK(kinds("(@\"x y\" (@) (@ z)) 1") == "n.");
  CHECK(kinds("(@custom \"x\" (@y)) (@\"na\\6de\" \"x\")") == "@s)@s).");
  CHECK(kinds("(@x (y)") == "unclosed annotation");
  CHECK(kinds("(@)") == "empty annotation id");
  CHECK(kinds("(@x \"") == "unclosed string literal");
}

TEST_CASE("errors have a line and a column") {
  const Result<TokenList> list = tokenize("(module\r\n  (func)\n  \"abc)", system_allocator());
  REQUIRE(!list.ok());
  CHECK(list.error().kind == ErrorKind::malformed);
  CHECK(list.error().line == 3);
  CHECK(list.error().column == 3);
}

TEST_CASE("other encodings are named") {
  using namespace std::string_view_literals;
  CHECK(kinds("\xEF\xBB\xBF(module)") ==
        "illegal character: a byte order mark; text is UTF-8 without one");
  const std::string utf16 = "malformed UTF-8 encoding: this is UTF-16";
  CHECK(kinds("\xFF\xFE(\0m\0"sv) == utf16);
  CHECK(kinds("\xFE\xFF\0(\0m"sv) == utf16);
  CHECK(kinds("(\0m\0"sv) == utf16);
  CHECK(kinds("\0(\0m"sv) == utf16);
  CHECK(kinds("( \0"sv) == "illegal character");
}
