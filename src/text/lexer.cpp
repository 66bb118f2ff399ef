#include "text/lexer.hpp"

#include <array>
#include <cstdarg>

#include "base/utf8.hpp"
#include "text/numbers.hpp"

namespace zwasm::text {
namespace {

enum class CharClass : uint8_t { illegal, space, newline, id, punctuation, quote, paren, high };

consteval std::array<CharClass, 256> make_classes() {
  std::array<CharClass, 256> classes{};
  for (size_t c = 0x21; c < 0x7F; ++c) classes[c] = CharClass::id;
  for (size_t c = 0x80; c < 0x100; ++c) classes[c] = CharClass::high;
  classes[' '] = classes['\t'] = CharClass::space;
  classes['\n'] = classes['\r'] = CharClass::newline;
  classes['"'] = CharClass::quote;
  classes['('] = classes[')'] = CharClass::paren;
  for (char c : {',', ';', '[', ']', '{', '}'}) {
    classes[static_cast<size_t>(c)] = CharClass::punctuation;
  }
  return classes;
}
constexpr auto char_classes = make_classes();

CharClass class_of(char c) { return char_classes[static_cast<uint8_t>(c)]; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The scalar value of "\u{...}" at `i` (its backslash), moving `i` behind it; -1 if malformed.
int64_t scan_unicode_escape(std::string_view text, size_t& i) {
  size_t j = i + 2;
  if (j >= text.size() || text[j] != '{') return -1;
  ++j;
  int64_t value = 0;
  bool digit_before = false;
  for (; j < text.size() && text[j] != '}'; ++j) {
    const int digit = hex_digit(text[j]);
    if (digit < 0) {
      if (text[j] != '_' || !digit_before) return -1;
      digit_before = false;
      continue;
    }
    value = value * 16 + digit;
    if (value > 0x10FFFF) return -1;
    digit_before = true;
  }
  if (j >= text.size() || !digit_before || (value >= 0xD800 && value < 0xE000)) return -1;
  i = j + 1;
  return value;
}

/// What is wrong with a string.
enum class StringFault : uint8_t { none, unclosed, control, escape, utf8 };

/// What to say of a source that is not UTF-8, or begins with a byte order mark, which the format
/// does not know.
const char* foreign_encoding(std::string_view source) {
  using namespace std::string_view_literals;
  if (source.starts_with("\xEF\xBB\xBF"sv)) {
    return "illegal character: a byte order mark; text is UTF-8 without one";
  }
  const bool little = source.starts_with("(\0"sv) || source.starts_with(";\0"sv);
  const bool big = source.starts_with("\0("sv) || source.starts_with("\0;"sv);
  if (source.starts_with("\xFF\xFE"sv) || source.starts_with("\xFE\xFF"sv) || little || big) {
    return "malformed UTF-8 encoding: this is UTF-16";
  }
  return nullptr;
}

class Lexer {
 public:
  Lexer(std::string_view source, Allocator& allocator)
      : source_(source), list_(allocator), open_(allocator), scratch_(allocator) {}

  Result<TokenList> run() {
    if (source_.size() >= UINT32_MAX) return error(0, "source is too long");
    if (const char* message = foreign_encoding(source_)) return error(0, message);
    list_.source = source_;
    list_.tokens.reserve(source_.size() / 8 + 1);
    ZWASM_CHECK(scan());
    const auto end = static_cast<uint32_t>(list_.tokens.size());
    add(TokenKind::end, source_.size(), 0);
    for (const Open& open : open_) {
      if (open.token != skipped) list_.tokens[open.token].extent = end;
    }
    return std::move(list_);
  }

 private:
  /// A parenthesis that is open: its token, or `skipped` within an unknown annotation.
  struct Open {
    uint32_t token;
    bool annotation;
  };
  static constexpr uint32_t skipped = ~uint32_t{0};

  Error error(size_t offset, const char* message) const {
    return error_at(source_, offset, "%s", message);
  }

  void add(TokenKind kind, size_t offset, size_t extent, Keyword keyword = Keyword::unknown) {
    list_.tokens.push_back(
        {static_cast<uint32_t>(offset), static_cast<uint32_t>(extent), keyword, kind});
  }

  Status scan() {
    while (i_ < source_.size()) {
      const char c = source_[i_];
      switch (class_of(c)) {
        case CharClass::space:
        case CharClass::newline: ++i_; break;
        case CharClass::paren:
          if (c == '(') {
            ZWASM_CHECK(open());
          } else {
            close();
          }
          break;
        case CharClass::quote:
        case CharClass::id: ZWASM_CHECK(word()); break;
        case CharClass::punctuation:
          if (source_.substr(i_, 2) == ";;") {
            ZWASM_CHECK(line_comment());
          } else {
            if (skip_depth_ == 0) add(TokenKind::reserved, i_, 1);
            ++i_;
          }
          break;
        case CharClass::illegal: return error(i_, "illegal character");
        case CharClass::high: {
          const auto lead = static_cast<uint8_t>(c);
          const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
          return error(i_, is_valid_utf8(source_.substr(i_, length)) ? "illegal character"
                                                                      : "malformed UTF-8 encoding");
        }
      }
    }
    for (const Open& open : open_) {
      if (open.annotation) return error(source_.size(), "unclosed annotation");
    }
    return {};
  }

  Status open() {
    if (source_.substr(i_, 2) == "(;") return block_comment();
    if (source_.substr(i_, 2) == "(@") return annotation();
    if (skip_depth_ != 0) {
      ++skip_depth_;
      open_.push_back({skipped, false});
    } else {
      open_.push_back({static_cast<uint32_t>(list_.tokens.size()), false});
      add(TokenKind::left_paren, i_, 0);
    }
    ++i_;
    return {};
  }

  void close() {
    if (skip_depth_ != 0) {
      --skip_depth_;
      open_.pop_back();
    } else {
      if (!open_.empty()) {
        list_.tokens[open_.back().token].extent = static_cast<uint32_t>(list_.tokens.size());
        open_.pop_back();
      }
      add(TokenKind::right_paren, i_, 1);
    }
    ++i_;
  }

  /// "(@id": becomes a token when the parser knows the annotation; otherwise everything up to its
  /// closing parenthesis is skipped.
  Status annotation() {
    const size_t start = i_;
    // Inside an annotation that is skipped anyway anything goes, even "(@ ".
    if (skip_depth_ != 0) {
      ++skip_depth_;
      open_.push_back({skipped, false});
      i_ += 2;
      return {};
    }
    size_t i = i_ + 2;
    scratch_.clear();
    scratch_.push_back('@');
    if (i < source_.size() && source_[i] == '"') {
      const size_t string_start = i;
      const StringFault fault = scan_string(i);
      if (fault == StringFault::utf8) return error(string_start, "malformed UTF-8 encoding");
      if (fault != StringFault::none) return error(start, "empty annotation id");
      decode_string(source_.substr(string_start, i - string_start), scratch_);
    } else {
      while (i < source_.size() && class_of(source_[i]) == CharClass::id) {
        scratch_.push_back(static_cast<uint8_t>(source_[i++]));
      }
    }
    if (scratch_.size() == 1) return error(start, "empty annotation id");
    const std::string_view id(reinterpret_cast<const char*>(scratch_.data()), scratch_.size());
    if (!is_valid_utf8(id)) return error(start, "malformed UTF-8 encoding");
    i_ = i;
    const Keyword keyword = find_keyword(id);
    if (keyword == Keyword::unknown) {
      ++skip_depth_;
      open_.push_back({skipped, true});
      return {};
    }
    open_.push_back({static_cast<uint32_t>(list_.tokens.size()), true});
    add(TokenKind::annotation, start, 0, keyword);
    return {};
  }

  /// Moves `i` from the opening quote of a string behind its closing one.
  StringFault scan_string(size_t& i) const {
    const size_t start = i;
    bool ascii = true;
    for (++i; i < source_.size();) {
      const char c = source_[i];
      const auto byte = static_cast<uint8_t>(c);
      if (c == '"') {
        ++i;
        return ascii || is_valid_utf8(source_.substr(start, i - start)) ? StringFault::none
                                                                        : StringFault::utf8;
      }
      if (c == '\\') {
        if (i + 1 >= source_.size()) return StringFault::unclosed;
        switch (source_[i + 1]) {
          case 't':
          case 'n':
          case 'r':
          case '"':
          case '\'':
          case '\\': i += 2; break;
          case 'u':
            if (scan_unicode_escape(source_, i) < 0) return StringFault::escape;
            break;
          default:
            if (i + 2 >= source_.size() || hex_digit(source_[i + 1]) < 0 ||
                hex_digit(source_[i + 2]) < 0) {
              return StringFault::escape;
            }
            i += 3;
        }
      } else if (byte < 0x20 || byte == 0x7F) {
        return c == '\n' || c == '\r' ? StringFault::unclosed : StringFault::control;
      } else {
        ascii = ascii && byte < 0x80;
        ++i;
      }
    }
    return StringFault::unclosed;
  }

  Error string_error(size_t offset, StringFault fault) const {
    switch (fault) {
      case StringFault::control:
        return error(offset, "illegal control character in string literal");
      case StringFault::escape: return error(offset, "illegal escape");
      case StringFault::utf8: return error(offset, "malformed UTF-8 encoding");
      case StringFault::none:
      case StringFault::unclosed: break;
    }
    return error(offset, "unclosed string literal");
  }

  /// The longest run of identifier characters and strings: one token.
  Status word() {
    const size_t start = i_;
    size_t i = i_;
    bool has_string = false;
    while (i < source_.size()) {
      const CharClass next = class_of(source_[i]);
      if (next == CharClass::id) {
        ++i;
      } else if (next == CharClass::quote) {
        const size_t string_start = i;
        const StringFault fault = scan_string(i);
        if (fault != StringFault::none) {
          // `$` before a string that is none stands alone.
          if (string_start == start + 1 && source_[start] == '$' && skip_depth_ == 0 &&
              fault != StringFault::utf8) {
            return error(start, "empty identifier");
          }
          return string_error(string_start, fault);
        }
        has_string = true;
      } else {
        break;
      }
    }
    i_ = i;
    if (skip_depth_ != 0) return {};
    const std::string_view text = source_.substr(start, i - start);
    if (text[0] == '"') {
      size_t end = start;
      (void)scan_string(end);
      add(end == i ? TokenKind::string : TokenKind::reserved, start, text.size());
      return {};
    }
    if (text[0] == '$') return identifier(start, text, has_string);
    if (has_string) {
      add(TokenKind::reserved, start, text.size());
      return {};
    }
    if (const Keyword keyword = find_keyword(text); keyword != Keyword::unknown) {
      add(text[0] == '@' ? TokenKind::reserved : TokenKind::keyword, start, text.size(), keyword);
      return {};
    }
    switch (classify_number(text)) {
      case NumberForm::nat: add(TokenKind::nat, start, text.size()); return {};
      case NumberForm::integer: add(TokenKind::integer, start, text.size()); return {};
      case NumberForm::floating: add(TokenKind::floating, start, text.size()); return {};
      case NumberForm::none: break;
    }
    TokenKind kind = TokenKind::reserved;
    if (text.starts_with("offset=") && classify_number(text.substr(7)) == NumberForm::nat) {
      kind = TokenKind::offset_equals;
    } else if (text.starts_with("align=") && classify_number(text.substr(6)) == NumberForm::nat) {
      kind = TokenKind::align_equals;
    }
    add(kind, start, text.size());
    return {};
  }

  Status identifier(size_t start, std::string_view text, bool has_string) {
    if (text.size() == 1) return error(start, "empty identifier");
    if (!has_string) {
      add(TokenKind::id, start, text.size());
      return {};
    }
    size_t end = start + 1;
    const bool quoted = text[1] == '"';
    if (quoted) (void)scan_string(end);
    if (!quoted || end != start + text.size()) {
      add(TokenKind::reserved, start, text.size());
      return {};
    }
    scratch_.clear();
    decode_string(text.substr(1), scratch_);
    if (scratch_.empty()) return error(start, "empty identifier");
    if (!is_valid_utf8({reinterpret_cast<const char*>(scratch_.data()), scratch_.size()})) {
      return error(start, "malformed UTF-8 encoding");
    }
    add(TokenKind::id, start, text.size());
    return {};
  }

  Status line_comment() {
    const size_t start = i_;
    while (i_ < source_.size() && class_of(source_[i_]) != CharClass::newline) ++i_;
    return check_comment(start);
  }

  Status block_comment() {
    const size_t start = i_;
    size_t depth = 0;
    while (i_ < source_.size()) {
      const std::string_view two = source_.substr(i_, 2);
      if (two == "(;") {
        ++depth;
        i_ += 2;
      } else if (two == ";)") {
        i_ += 2;
        if (--depth == 0) return check_comment(start);
      } else {
        ++i_;
      }
    }
    return error(start, "unclosed comment");
  }

  Status check_comment(size_t start) const {
    if (is_valid_utf8(source_.substr(start, i_ - start))) return {};
    return error(start, "malformed UTF-8 encoding");
  }

  std::string_view source_;
  size_t i_ = 0;
  TokenList list_;
  Vector<Open> open_;
  Vector<uint8_t> scratch_;
  size_t skip_depth_ = 0;  ///< parentheses open within an unknown annotation
};

}  // namespace

Result<TokenList> tokenize(std::string_view source, Allocator& allocator) {
  return Lexer(source, allocator).run();
}

Error error_at(std::string_view source, size_t offset, const char* pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  const std::string message = format_list(pattern, arguments);
  va_end(arguments);
  Error error = make_error(ErrorKind::malformed, Error::no_offset, "%s", message.c_str());
  error.line = 1;
  error.column = 1;
  for (size_t i = 0; i < offset && i < source.size(); ++i) {
    if (source[i] == '\n' || (source[i] == '\r' && source.substr(i + 1, 1) != "\n")) {
      ++error.line;
      error.column = 1;
    } else {
      ++error.column;
    }
  }
  return error;
}

void decode_string(std::string_view token, Vector<uint8_t>& bytes) {
  const size_t end = token.size() - 1;
  for (size_t i = 1; i < end;) {
    const char c = token[i];
    if (c != '\\') {
      bytes.push_back(static_cast<uint8_t>(c));
      ++i;
      continue;
    }
    const char escape = token[i + 1];
    if (escape == 'u') {
      const auto scalar = static_cast<uint32_t>(scan_unicode_escape(token, i));
      char encoded[4];
      const unsigned length = encode_utf8(scalar, encoded);
      for (unsigned k = 0; k < length; ++k) bytes.push_back(static_cast<uint8_t>(encoded[k]));
      continue;
    }
    const int high = hex_digit(escape);
    if (high >= 0) {
      bytes.push_back(static_cast<uint8_t>(high * 16 + hex_digit(token[i + 2])));
      i += 3;
      continue;
    }
    bytes.push_back(static_cast<uint8_t>(escape == 't'   ? '\t'
                                         : escape == 'n' ? '\n'
                                         : escape == 'r' ? '\r'
                                                         : escape));
    i += 2;
  }
}

}  // namespace zwasm::text
